package iosock;

import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.ExitCode;
import iosock.child.Launcher;
import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.cli.CommandLine;
import iosock.cli.Usage;
import iosock.cli.UsageError;
import iosock.cli.Version;
import iosock.flow.StandardDescriptors;
import iosock.inherited.Arguments;
import iosock.inherited.Descriptors;
import iosock.inherited.HiddenVariables;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.inherited.WorkingDirectory;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ResourceLimit;
import iosock.posix.Signals;
import iosock.posix.WindowSize;
import iosock.relay.CommandEndpoint;
import iosock.relay.CommandRelay;
import iosock.relay.PeerRelay;
import iosock.relay.PipesEndpoint;
import iosock.relay.PtyEndpoint;
import iosock.signal.SignalPipe;
import iosock.signal.StartupSignals;
import iosock.signal.TerminatedBySignal;
import iosock.socket.Connection;
import iosock.socket.Listener;
import iosock.socket.Rejection;
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

  /** How many clients there may be at once. */
  private static final int CLIENTS = 1;

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
    SignalPipe signals = catchSignals(inherited);
    OwnTerminal terminal = OwnTerminal.find(libc);
    Listener listener = listen(line);
    try {
      CommandEndpoint near = endpoint(line, terminal);
      CommandRelay relay =
          CommandRelay.onSocket(
              libc, messages, signals, StandardDescriptors.OWN, terminal, near, listener, CLIENTS);
      int code = relay.run(start(line, inherited, openFiles, near.stdio()));
      // In this order: a client that reads end of file must not find the socket again, without a
      // server.
      close(listener, line);
      relay.close();
      return code;
    } finally {
      close(listener, line);
    }
  }

  /** The exit code stays as it is. Does nothing the second time. */
  private void close(Listener listener, CommandLine line) {
    int result = listener.close();
    if (result < 0) {
      messages.printError(new Failure("remove", line.socket(), -result));
    }
  }

  /** Starts the command. What iosock has inherited is the command's alone then. */
  private Child start(CommandLine line, SignalState inherited, ResourceLimit openFiles, Stdio stdio)
      throws CommandNotRun {
    SignalState signals = line.pty() ? inherited.withTerminalDefaults() : inherited;
    Child child = new Launcher(libc, signals, openFiles).start(line.command(), stdio);
    descriptors.closeInherited();
    return child;
  }

  private int runOnStdio(CommandLine line, ResourceLimit openFiles) throws CommandNotRun {
    SignalState inherited = SignalState.read(libc);
    SignalPipe signals = catchSignals(inherited);
    OwnTerminal terminal = OwnTerminal.find(libc);
    try {
      CommandEndpoint near = endpoint(line, terminal);
      CommandRelay relay =
          CommandRelay.onStdio(libc, messages, signals, StandardDescriptors.OWN, terminal, near);
      if (line.pty() && terminal.isInput()) {
        signals.catchForTerminal();
        terminal.goRaw();
      }
      int code = relay.run(start(line, inherited, openFiles, near.stdio()));
      restore(terminal);
      checkOutput(relay.outputError());
      return code;
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
    SignalPipe signals = catchSignals(SignalState.read(libc));
    Listener listener = listen(line);
    try {
      PeerRelay relay =
          PeerRelay.serve(
              libc, messages, signals, StandardDescriptors.OWN, OwnTerminal.find(libc), listener);
      int code = relay.run();
      close(listener, line);
      relay.close();
      return code;
    } finally {
      close(listener, line);
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
    SignalPipe signals = catchSignals(SignalState.read(libc));
    OwnTerminal terminal = OwnTerminal.find(libc);
    if (line.pty() && terminal.isInput()) {
      return attach(line, signals, terminal);
    }
    int server = Connection.connect(libc, new SocketName(line.socket()), null, false, signals);
    PeerRelay relay =
        PeerRelay.connect(libc, messages, signals, StandardDescriptors.OWN, terminal, server);
    return end(line, relay, relay.run());
  }

  private int attach(CommandLine line, SignalPipe signals, OwnTerminal terminal)
      throws TerminatedBySignal {
    SocketName name = new SocketName(line.socket());
    int server = Connection.connect(libc, name, sizeAddress(terminal), true, signals);
    PeerRelay relay =
        PeerRelay.attach(
            libc, messages, signals, StandardDescriptors.OWN, terminal, server, line.detachKey());
    int code;
    try {
      signals.catchForTerminal();
      terminal.goRaw();
      // Before the message, which names the detach key: a user may press it at once.
      terminal.enterRawModeIfForeground(new JobControl(libc, signals), true);
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
      if (relay.rejection() == Rejection.NONE) {
        messages.printEnd(line.socket(), relay.isDetached(), relay.nothingReceived());
      }
    }
    return end(line, relay, code);
  }

  /** The name that says the size of this terminal to the server. */
  private byte[] sizeAddress(OwnTerminal terminal) {
    WindowSize size = new WindowSize();
    if (!terminal.readSize(size)) {
      size.set(0, 0);
    }
    return WindowSizeAddress.of(size, libc.getpid(), System.nanoTime());
  }

  private int end(CommandLine line, PeerRelay relay, int code) {
    relay.close();
    if (code == 0 && relay.rejection() != Rejection.NONE) {
      releaseSignals();
      messages.printRejected(line.socket(), relay.rejection());
      return ExitCode.FAILED;
    }
    if (code == 0 && relay.writeError() != 0) {
      throw new Failure("send everything to", line.socket(), relay.writeError());
    }
    return code;
  }

  private SignalPipe catchSignals(SignalState inherited) {
    SignalPipe signals = SignalPipe.open(libc, inherited.ignored());
    caught = Optional.of(signals);
    early.deliver();
    messages.giveWayTo(signals);
    return signals;
  }

  private Listener listen(CommandLine line) {
    return Listener.listen(libc, new SocketName(line.socket()), line.mode());
  }
}
