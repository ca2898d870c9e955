package iosock.relay;

import iosock.child.Child;
import iosock.flow.Sink;
import iosock.flow.Source;
import iosock.flow.StandardDescriptors;
import iosock.flow.StandardInput;
import iosock.flow.StandardOutput;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.tty.OwnTerminal;

/**
 * The relay around a command. It is made before there is a command, so that nothing can fail once
 * there is one.
 */
public final class CommandRelay {

  private final Libc libc;
  private final ErrorLog log;
  private final SignalPipe signals;
  private final CommandEndpoint near;
  private final Clients clients;
  private final Deadlines deadlines;
  private final OwnTerminal terminal;
  private final Source input;
  private final StandardOutput stdout;
  private final boolean isOnStdio;
  private final Relay relay;

  private CommandRelay(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      CommandEndpoint near,
      Listener[] listeners,
      int limit) {
    this.libc = libc;
    this.log = log;
    this.signals = signals;
    this.near = near;
    this.terminal = terminal;
    isOnStdio = listeners.length == 0;
    if (libc.getpid() == 1) {
      signals.catchStops();
    }
    clients = new Clients(libc, limit);
    deadlines = new Deadlines();
    Acceptor[] acceptors = new Acceptor[listeners.length];
    for (int i = 0; i < listeners.length; i++) {
      acceptors[i] = new Acceptor(log, listeners[i], clients, deadlines);
    }
    input =
        isOnStdio
            ? new StandardInput(libc, standard.input(), near.isTerminal(), StandardInput.NO_KEY)
            : new ClientInput(libc, clients);
    stdout = new StandardOutput(libc, standard.output());
    Sink[] consoles = {stdout, new StandardOutput(libc, standard.error())};
    relay =
        new Relay(
            libc, log, signals, terminal, near, clients, acceptors, input, consoles, deadlines);
  }

  /**
   * A command on a socket: output goes to the console while no client is connected.
   *
   * @param listener stays the caller's to close
   * @param near of the command that is to be started
   * @param limit how many clients there may be at once
   */
  public static CommandRelay onSocket(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      CommandEndpoint near,
      Listener listener,
      int limit) {
    return new CommandRelay(
        libc, log, signals, standard, terminal, near, new Listener[] {listener}, limit);
  }

  /** A command on iosock's own standard input and output. */
  public static CommandRelay onStdio(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      CommandEndpoint near) {
    return new CommandRelay(libc, log, signals, standard, terminal, near, new Listener[0], 1);
  }

  /**
   * Until the command has exited and what it wrote has been delivered.
   *
   * @return the code to exit with in the command's place
   * @throws Failure if iosock cannot go on; then the command is killed
   */
  public int run(Child child) {
    try {
      signals.forgetSenders();
      return relay.run(lifecycle(child));
    } finally {
      // If iosock cannot go on the command must not run without it. Does nothing once it has
      // exited.
      child.signal(Signals.SIGKILL);
    }
  }

  Lifecycle lifecycle(Child child) {
    return new CommandLifecycle(
        libc, log, child, near, relay, clients, deadlines, terminal, input, stdout, isOnStdio);
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
