package iosock;

import iosock.child.CommandNotRun;
import iosock.child.ExitCode;
import iosock.child.Launcher;
import iosock.child.StdioPipes;
import iosock.cli.CommandLine;
import iosock.cli.Usage;
import iosock.cli.UsageError;
import iosock.cli.Version;
import iosock.inherited.Arguments;
import iosock.inherited.Descriptors;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ResourceLimit;
import iosock.posix.WindowSize;
import iosock.relay.CommandSide;
import iosock.relay.OnPipes;
import iosock.relay.OnTerminal;
import iosock.relay.Relay;
import iosock.relay.StdioRelay;
import iosock.signal.SignalPipe;
import iosock.signal.StartupSignals;
import iosock.signal.TerminatedBySignal;
import iosock.socket.Connection;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import iosock.winsize.WindowSizeAddress;

/** Joins a command, or its own standard input and output, to a Unix domain socket. */
public final class Main {

  private static final int FAILED = 125;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  private final StartupSignals early;
  private final Libc libc = new Libc();
  private final Messages messages = new Messages(libc);

  private Main(StartupSignals early) {
    this.early = early;
  }

  public static void main(String[] arguments) {
    int code = FAILED;
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
      Descriptors descriptors = new Descriptors(libc);
      descriptors.ensureStdioOpen();
      Arguments arguments = Arguments.read(libc, argumentCount);
      CommandLine line = CommandLine.parse(arguments.own());
      descriptors.setCloexecOnVmDescriptors(arguments);
      switch (line.action()) {
        case HELP -> messages.print(Usage.text());
        case VERSION -> messages.print(Version.text());
        case RUN, RUN_ON_STDIO -> {
          return run(line, OpenFileLimit.ofCommand(libc, arguments));
        }
        case SERVE -> {
          return serve(line);
        }
        case CONNECT -> {
          return connect(line);
        }
      }
      return 0;
    } catch (UsageError e) {
      messages.complain(e);
    } catch (Failure e) {
      messages.complain(e);
    }
    return FAILED;
  }

  private int run(CommandLine line, ResourceLimit openFiles) {
    SignalState inherited = SignalState.read(libc);
    SignalPipe signals = catchSignals(inherited);
    OwnTerminal terminal = OwnTerminal.find(libc);
    Listener listener = line.socket() == null ? null : listen(line);
    try {
      CommandSide side =
          line.pty()
              ? new OnTerminal(libc, PseudoTerminal.open(libc, terminal), terminal)
              : new OnPipes(new StdioPipes(libc));
      Relay relay = new Relay(libc, signals, listener, side, terminal);
      if (line.pty() && listener == null && terminal.isInput()) {
        signals.catchForTerminal();
        terminal.goRaw();
      }
      Launcher launcher = new Launcher(libc, inherited, openFiles);
      relay.attend(launcher.start(line.command(), side.stdio()));
      int code = relay.run();
      // In this order: a client that reads the end must not come back to a socket without anybody.
      close(listener);
      relay.close();
      terminal.restore();
      complainOfOutput(relay.shortfall());
      return code;
    } catch (CommandNotRun e) {
      messages.complain(new Failure("run", line.command().getFirst(), e.errno()));
      return e.errno() == Errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    } finally {
      terminal.restore();
      close(listener);
    }
  }

  /** The code stays the command's. Output that was closed, or that nobody reads, is no surprise. */
  private void complainOfOutput(int errno) {
    if (errno != 0 && errno != Errno.EPIPE && errno != Errno.EBADF) {
      messages.complain(new Failure("write to", "standard output", errno));
    }
  }

  private int serve(CommandLine line) {
    SignalPipe signals = catchSignals(SignalState.read(libc));
    Listener listener = listen(line);
    try {
      StdioRelay relay = StdioRelay.serve(libc, signals, OwnTerminal.find(libc), listener);
      int code = relay.run();
      listener.close();
      relay.close();
      return code;
    } finally {
      listener.close();
    }
  }

  private int connect(CommandLine line) {
    try {
      return connectUntilEnded(line);
    } catch (TerminatedBySignal e) {
      return ExitCode.ofSignal(e.signal());
    }
  }

  private int connectUntilEnded(CommandLine line) throws TerminatedBySignal {
    SignalPipe signals = catchSignals(SignalState.read(libc));
    OwnTerminal terminal = OwnTerminal.find(libc);
    if (line.pty() && terminal.isInput()) {
      return attach(line, signals, terminal);
    }
    int server = Connection.connect(libc, new SocketName(line.socket()), null, signals);
    StdioRelay relay = StdioRelay.connect(libc, signals, terminal, server);
    return end(line, relay, relay.run());
  }

  private int attach(CommandLine line, SignalPipe signals, OwnTerminal terminal)
      throws TerminatedBySignal {
    SocketName name = new SocketName(line.socket());
    int server = Connection.connect(libc, name, sizeName(terminal), signals);
    StdioRelay relay = StdioRelay.attach(libc, signals, terminal, server, line.detachKey());
    int code;
    try {
      signals.catchForTerminal();
      terminal.goRaw();
      // First of all: who is told of a key may press it at once.
      terminal.settle(signals, true);
      messages.tellAttached(line.socket(), line.detachKey());
      code = relay.run();
    } finally {
      terminal.restore();
    }
    if (code == 0) {
      messages.tellEnd(line.socket(), relay.isDetached(), relay.isSilent());
    }
    return end(line, relay, code);
  }

  /** Says the size of this terminal from the first instant on; null if it has none. */
  private byte[] sizeName(OwnTerminal terminal) {
    WindowSize size = terminal.size();
    return size == null ? null : WindowSizeAddress.of(size, libc.getpid(), System.nanoTime());
  }

  private static int end(CommandLine line, StdioRelay relay, int code) {
    relay.close();
    if (code == 0 && relay.shortfall() != 0) {
      throw new Failure("send everything to", line.socket(), relay.shortfall());
    }
    return code;
  }

  private SignalPipe catchSignals(SignalState inherited) {
    SignalPipe signals = SignalPipe.open(libc, inherited.ignored());
    early.deliver();
    return signals;
  }

  private Listener listen(CommandLine line) {
    return Listener.listen(libc, new SocketName(line.socket()), line.mode());
  }

  private static void close(Listener listener) {
    if (listener != null) {
      listener.close();
    }
  }
}
