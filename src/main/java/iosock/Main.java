package iosock;

import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.ExitCode;
import iosock.child.Launcher;
import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.cli.CommandLine;
import iosock.cli.Observers;
import iosock.cli.Supervision;
import iosock.cli.Usage;
import iosock.cli.UsageError;
import iosock.cli.Version;
import iosock.flow.StandardDescriptors;
import iosock.inherited.Activation;
import iosock.inherited.Arguments;
import iosock.inherited.Descriptors;
import iosock.inherited.HiddenVariables;
import iosock.inherited.NotifySocket;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.Parent;
import iosock.inherited.SignalState;
import iosock.inherited.WorkingDirectory;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Prctl;
import iosock.posix.ResourceLimit;
import iosock.posix.Signals;
import iosock.posix.WindowSize;
import iosock.relay.CommandEndpoint;
import iosock.relay.CommandRelay;
import iosock.relay.Context;
import iosock.relay.Listeners;
import iosock.relay.PeerRelay;
import iosock.relay.PipesEndpoint;
import iosock.relay.PtyEndpoint;
import iosock.signal.SignalPipe;
import iosock.signal.StartupSignals;
import iosock.signal.TerminatedBySignal;
import iosock.socket.ClientName;
import iosock.socket.Connection;
import iosock.socket.Listener;
import iosock.socket.Notice;
import iosock.socket.ServerUser;
import iosock.socket.SocketName;
import iosock.tty.JobControl;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import iosock.winsize.WindowSizeAddress;
import java.util.Optional;

/** Joins a command, or its own standard input and output, to a Unix domain socket. */
public final class Main {

  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  private final StartupSignals early;
  private final Libc libc = new Libc();
  private final Descriptors descriptors = new Descriptors(libc);
  private final Messages messages = new Messages(libc);
  private Optional<SignalPipe> caught = Optional.empty();

  private Main(StartupSignals early) {
    this.early = early;
  }

  public static void main(String[] arguments) {
    int code = ExitCode.FAILED;
    try {
      StartupSignals early = StartupSignals.defer();
      code = new Main(early).main(arguments.length);
    } catch (Throwable unexpected) {
      // A libc, a processor or a VM that this was not made for.
      System.err.println("iosock: cannot run here: ".concat(reason(unexpected)));
    }
    // Not System.exit, which would wait for the shutdown hook.
    Runtime.getRuntime().halt(code);
  }

  private static String reason(Throwable unexpected) {
    Throwable root = unexpected;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    return root.getMessage() == null ? root.toString() : root.getMessage();
  }

  /**
   * @return the code to exit with
   */
  private int main(int argumentCount) {
    try {
      descriptors.ensureStdioOpen();
      WorkingDirectory.restore(libc);
      HiddenVariables.restore(libc);
      Arguments arguments = Arguments.read(libc, argumentCount);
      CommandLine line = CommandLine.parse(arguments.own());
      descriptors.setCloexecOnVmDescriptors(arguments);
      return run(line, arguments);
    } catch (UsageError e) {
      releaseSignals();
      messages.printError(e);
    } catch (Failure e) {
      releaseSignals();
      endIfTerminated();
      messages.printError(e);
    }
    return ExitCode.FAILED;
  }

  private int print(String text) {
    releaseSignals();
    messages.print(text);
    return 0;
  }

  /** Before a message that is the last thing to do: it may have to wait, and a signal ends that. */
  private void releaseSignals() {
    early.release(libc);
    messages.giveWayToNothing();
  }

  /** Nothing reads the pipe any more: a signal that came before the release takes effect now. */
  private void endIfTerminated() {
    int count = caught.isPresent() && caught.get().await(0) ? caught.get().read() : 0;
    for (int i = 0; i < count; i++) {
      switch (caught.get().signal(i)) {
        case Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP -> libc.raise(caught.get().signal(i));
        default -> {}
      }
    }
  }

  private int run(CommandLine line, Arguments arguments) {
    try {
      return switch (line.action()) {
        case HELP -> print(Usage.text());
        case VERSION -> print(Version.text());
        case RUN -> runOnSocket(line, OpenFileLimit.ofCommand(libc, arguments));
        case RUN_ON_STDIO -> runOnStdio(line, OpenFileLimit.ofCommand(libc, arguments));
        case SERVE -> serve(line);
        case CONNECT -> connect(line);
      };
    } catch (CommandNotRun e) {
      releaseSignals();
      endIfTerminated();
      messages.printError(new Failure("run", line.command().getFirst(), e.errno()));
      return e.errno() == Errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    }
  }

  private int runOnSocket(CommandLine line, ResourceLimit openFiles) throws CommandNotRun {
    SignalState inherited = SignalState.read(libc);
    Context context = context(line, inherited);
    Listeners listeners = listen(line);
    Optional<NotifySocket> manager = serviceManager(line);
    try {
      CommandEndpoint near = endpoint(line, context.terminal());
      CommandRelay relay =
          CommandRelay.onSocket(context, near, listeners, line.sharing(), line.stopping());
      int code = relay.run(start(line, inherited, openFiles, near.stdio()), manager);
      // In this order: a client that reads end of file must not find the socket again, without a
      // server.
      close(listeners, line);
      relay.close();
      return line.supervision().exitCode(code);
    } finally {
      close(listeners, line);
    }
  }

  /** Catches signals; then all that a relay needs of its process is there. */
  private Context context(CommandLine line, SignalState inherited) {
    SignalPipe signals = SignalPipe.open(libc, inherited.ignored());
    caught = Optional.of(signals);
    early.deliver();
    messages.giveWayTo(signals);
    supervise(line.supervision());
    return new Context(libc, messages, signals, StandardDescriptors.OWN, OwnTerminal.find(libc));
  }

  private void supervise(Supervision supervision) {
    if (supervision.parentDeathSignal() != Supervision.NO_SIGNAL) {
      Parent.signalAtDeath(libc, supervision.parentDeathSignal());
    }
    if (supervision.subreaper()) {
      Failure.check(libc.prctl(Prctl.PR_SET_CHILD_SUBREAPER, 1), "adopt", "orphans");
    }
  }

  private Listeners listen(CommandLine line) {
    Listener clients = listen(line.socket(), line.mode());
    Observers observers = line.sharing().observers();
    if (!observers.isGiven()) {
      return new Listeners(clients, Optional.empty());
    }
    try {
      Listener listener = listen(observers.socket(), observers.mode());
      return new Listeners(clients, Optional.of(listener));
    } catch (Failure e) {
      close(clients, line.socket());
      throw e;
    }
  }

  private Listener listen(byte[] socket, int mode) {
    SocketName name = new SocketName(socket);
    if (!name.isDescriptor()) {
      return Listener.listen(libc, name, mode);
    }
    Failure.check(Activation.take(libc, descriptors, name.descriptor()), "listen on", socket);
    return Listener.adopt(libc, name);
  }

  private Optional<NotifySocket> serviceManager(CommandLine line) {
    return line.notifyManager() ? NotifySocket.take(libc) : Optional.empty();
  }

  /** The exit code stays as it is. Does nothing the second time. */
  private void close(Listeners listeners, CommandLine line) {
    close(listeners.clients(), line.socket());
    listeners
        .observers()
        .ifPresent(observers -> close(observers, line.sharing().observers().socket()));
  }

  private void close(Listener listener, byte[] socket) {
    int result = listener.close();
    if (result < 0) {
      messages.printError(new Failure("remove", socket, -result));
    }
  }

  /** Starts the command. What iosock has inherited is the command's alone then. */
  private Child start(CommandLine line, SignalState inherited, ResourceLimit openFiles, Stdio stdio)
      throws CommandNotRun {
    SignalState signals = line.pty() ? inherited.withTerminalDefaults() : inherited;
    Launcher launcher = new Launcher(libc, signals, openFiles);
    Child child =
        line.stopping().group()
            ? launcher.startGroup(line.command(), stdio)
            : launcher.start(line.command(), stdio);
    descriptors.closeInherited();
    return child;
  }

  private int runOnStdio(CommandLine line, ResourceLimit openFiles) throws CommandNotRun {
    SignalState inherited = SignalState.read(libc);
    Context context = context(line, inherited);
    OwnTerminal terminal = context.terminal();
    Optional<NotifySocket> manager = serviceManager(line);
    try {
      CommandEndpoint near = endpoint(line, terminal);
      CommandRelay relay = CommandRelay.onStdio(context, near, line.stopping());
      if (line.pty() && terminal.isInput()) {
        context.signals().catchForTerminal();
        terminal.goRaw();
      }
      int code = relay.run(start(line, inherited, openFiles, near.stdio()), manager);
      restore(terminal);
      checkOutput(relay.outputError());
      return line.supervision().exitCode(code);
    } finally {
      restore(terminal);
    }
  }

  /** The exit code stays as it is. Does nothing the second time. */
  private void restore(OwnTerminal terminal) {
    int result = terminal.restore();
    if (result < 0) {
      messages.printError(new Failure("restore the settings of", "the terminal", -result));
    }
  }

  private CommandEndpoint endpoint(CommandLine line, OwnTerminal terminal) {
    return line.pty()
        ? new PtyEndpoint(libc, PseudoTerminal.open(libc, terminal), terminal)
        : new PipesEndpoint(libc, new StdioPipes(libc));
  }

  /** The exit code stays the command's. Output that was closed, or has no reader, is no error. */
  private void checkOutput(int errno) {
    if (errno != 0 && errno != Errno.EPIPE && errno != Errno.EBADF) {
      releaseSignals();
      messages.printError(new Failure("write to", "standard output", errno));
    }
  }

  private int serve(CommandLine line) {
    Context context = context(line, SignalState.read(libc));
    Listeners listeners = listen(line);
    try {
      PeerRelay relay = PeerRelay.serve(context, listeners, line.sharing());
      int code = relay.run();
      close(listeners, line);
      relay.close();
      return code;
    } finally {
      close(listeners, line);
    }
  }

  private int connect(CommandLine line) {
    try {
      return connectUntilTerminated(line);
    } catch (TerminatedBySignal e) {
      return ExitCode.ofSignal(e.signal());
    }
  }

  private int connectUntilTerminated(CommandLine line) throws TerminatedBySignal {
    Context context = context(line, SignalState.read(libc));
    SocketName name = new SocketName(line.socket());
    if (line.pty() && context.terminal().isInput()) {
      return attach(line, context, name);
    }
    Optional<byte[]> ownName =
        line.sharing().takeOver()
            ? Optional.of(clientName(line, ClientName.NONE))
            : Optional.empty();
    int server = Connection.connect(libc, name, ownName, false, context.signals());
    PeerRelay relay = PeerRelay.connect(context, server, line.waitNanos());
    int code = relay.run();
    if (code == 0 && relay.notice() == Notice.TAKEN_OVER) {
      releaseSignals();
      messages.printTakenOver(line.socket());
    }
    return end(line, relay, code);
  }

  private int attach(CommandLine line, Context context, SocketName name) throws TerminatedBySignal {
    OwnTerminal terminal = context.terminal();
    Optional<byte[]> ownName = Optional.of(clientName(line, terminalSize(terminal)));
    int server = Connection.connect(libc, name, ownName, true, context.signals());
    PeerRelay relay = PeerRelay.attach(context, server, line.detachKey());
    int code;
    try {
      context.signals().catchForTerminal();
      terminal.goRaw();
      // Before the message, which names the detach key: a user may press it at once.
      terminal.enterRawModeIfForeground(new JobControl(libc, context.signals()), true);
      messages.printServerUser(line.socket(), ServerUser.ifForeign(libc, name, server));
      messages.printAttached(line.socket(), line.detachKey());
      code = relay.run();
    } finally {
      restore(terminal);
      // In the background the terminal is the shell's by now.
      boolean isUsed = relay.isDetached() || !relay.nothingReceived();
      if (isUsed && !terminal.isInBackground()) {
        messages.resetTerminal(relay.isDetached());
      }
    }
    if (code == 0) {
      releaseSignals();
      printEnd(line, relay);
    }
    return end(line, relay, code);
  }

  private void printEnd(CommandLine line, PeerRelay relay) {
    if (!relay.isDetached() && relay.notice() == Notice.TAKEN_OVER) {
      messages.printTakenOver(line.socket());
    } else if (!relay.notice().isRejection()) {
      messages.printEnd(line.socket(), relay.isDetached(), relay.nothingReceived());
    }
  }

  private String terminalSize(OwnTerminal terminal) {
    WindowSize size = new WindowSize();
    if (!terminal.readSize(size)) {
      size.set(0, 0);
    }
    return WindowSizeAddress.of(size);
  }

  /** The name that says to the server what this client asks for. */
  private byte[] clientName(CommandLine line, String size) {
    return ClientName.of(size, line.sharing().takeOver(), libc.getpid(), System.nanoTime());
  }

  private int end(CommandLine line, PeerRelay relay, int code) {
    relay.close();
    if (code == 0 && relay.notice().isRejection()) {
      releaseSignals();
      messages.printRejected(line.socket(), relay.notice());
      return ExitCode.FAILED;
    }
    if (code == 0 && relay.writeError() != 0) {
      throw new Failure("send everything to", line.socket(), relay.writeError());
    }
    return code;
  }
}
