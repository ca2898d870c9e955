package iosock.relay;

import iosock.child.Child;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.cli.Stopping;
import iosock.flow.Fanout;
import iosock.flow.Source;
import iosock.flow.StandardInput;
import iosock.flow.StandardOutput;
import iosock.inherited.NotifySocket;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Signals;
import java.util.List;
import java.util.Optional;

/**
 * The relay around a command. It is made before there is a command, so that nothing can fail once
 * there is one.
 */
public final class CommandRelay {

  private final Context context;
  private final CommandEndpoint near;
  private final Audience audience;
  private final Deadlines deadlines;
  private final Stalls stalls;
  private final Stopping stopping;
  private final StopInput input;
  private final StandardOutput stdout;
  private final boolean isOnStdio;
  private final Relay relay;

  private CommandRelay(
      Context context,
      CommandEndpoint near,
      Audience audience,
      Source source,
      Deadlines deadlines,
      Stalls stalls,
      Stopping stopping,
      boolean isTee) {
    this.context = context;
    this.near = near;
    this.audience = audience;
    this.stopping = stopping;
    input = new StopInput(source, near, stopping.input());
    this.deadlines = deadlines;
    this.stalls = stalls;
    isOnStdio = audience.acceptors().isEmpty();
    Libc libc = context.libc();
    catchStops(context);
    stdout = new StandardOutput(libc, context.standard().output());
    StandardOutput stderr = new StandardOutput(libc, context.standard().error());
    List<Fanout.Console> consoles =
        List.of(new Fanout.Console(stdout, isTee), new Fanout.Console(stderr, isTee));
    relay = new Relay(context, near, audience, input, consoles, deadlines, stalls);
  }

  /**
   * Not SIGTTIN and SIGTTOU on a terminal: in the background each attempt to use it sends another
   * one, until iosock stops as any job does.
   */
  private void catchStops(Context context) {
    if (context.libc().getpid() == 1 || stopping.group() && !context.terminal().exists()) {
      context.signals().catchStops();
    } else if (stopping.group()) {
      context.signals().catchSuspend();
    }
  }

  /**
   * A command on a socket: output goes to the console while no client is connected.
   *
   * @param near of the command that is to be started
   */
  public static CommandRelay onSocket(
      Context context,
      CommandEndpoint near,
      Listeners listeners,
      Sharing sharing,
      Stopping stopping) {
    Deadlines deadlines = new Deadlines();
    Audience audience = Audience.of(context, deadlines, listeners, sharing);
    Source input = new ClientInput(context.libc(), audience.clients(), near::clientSent);
    Stalls stalls = new Stalls(deadlines, sharing.dropAfterNanos());
    return new CommandRelay(
        context, near, audience, input, deadlines, stalls, stopping, sharing.tee());
  }

  /** A command on iosock's own standard input and output. */
  public static CommandRelay onStdio(Context context, CommandEndpoint near, Stopping stopping) {
    Libc libc = context.libc();
    int stdin = context.standard().input();
    Source input = new StandardInput(libc, stdin, near.isTerminal(), StandardInput.NO_KEY);
    Deadlines deadlines = new Deadlines();
    Stalls stalls = new Stalls(deadlines, Seconds.NEVER);
    return new CommandRelay(
        context, near, Audience.ofOne(libc), input, deadlines, stalls, stopping, false);
  }

  /**
   * Until the command has exited and what it wrote has been delivered.
   *
   * @param socket of a service manager that is to be notified; this closes it
   * @return the code to exit with in the command's place
   * @throws Failure if iosock cannot go on; then the command is killed
   */
  public int run(Child child, Optional<NotifySocket> socket) {
    ServiceManager manager = new ServiceManager(context.log(), socket);
    try {
      context.signals().forgetSenders();
      manager.ready();
      return relay.run(lifecycle(child, manager));
    } finally {
      manager.close();
      // If iosock cannot go on the command must not run without it. Does nothing once it has
      // exited.
      child.signal(Signals.SIGKILL);
    }
  }

  Lifecycle lifecycle(Child child, ServiceManager manager) {
    return new CommandLifecycle(
        context,
        child,
        new StopPolicy(context.log(), child, stopping, input, deadlines),
        near,
        relay,
        audience.clients(),
        deadlines,
        stalls,
        input,
        stdout,
        isOnStdio,
        manager);
  }

  Relay relay() {
    return relay;
  }

  /**
   * Why own standard output did not take something of the command's; 0 if it took everything, or if
   * it was only the console.
   */
  public int outputError() {
    return isOnStdio ? stdout.errno() : 0;
  }

  /** Ends each client's connection; the client reads what it was sent, and then end of file. */
  public void close() {
    relay.close();
  }
}
