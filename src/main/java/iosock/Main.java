package iosock;

import iosock.cli.CommandLine;
import iosock.cli.Usage;
import iosock.cli.UsageError;
import iosock.cli.Version;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ResourceLimit;
import iosock.process.Arguments;
import iosock.process.Command;
import iosock.process.CommandNotRun;
import iosock.process.Descriptors;
import iosock.process.OpenFileLimit;
import iosock.process.SignalState;
import iosock.process.Spawner;
import iosock.process.StdioPipes;
import iosock.relay.Relay;
import iosock.signal.EarlyTermination;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.SocketName;

/** Runs a command with its standard input, output and error on a Unix domain socket. */
public final class Main {

  private static final int FAILED = 125;
  private static final int NOT_EXECUTABLE = 126;
  private static final int NOT_FOUND = 127;

  private final EarlyTermination early;
  private final Libc libc = new Libc();
  private final Messages messages = new Messages(libc);

  private Main(EarlyTermination early) {
    this.early = early;
  }

  public static void main(String[] arguments) {
    int code = FAILED;
    try {
      EarlyTermination early = EarlyTermination.intercept();
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
      descriptors.fillStandard();
      Arguments arguments = Arguments.read(libc, argumentCount);
      CommandLine line = CommandLine.parse(arguments.own());
      switch (line.action()) {
        case HELP -> messages.print(Usage.text());
        case VERSION -> messages.print(Version.text());
        case RUN -> {
          descriptors.closeVirtualMachinesOnExec(arguments);
          return run(line, OpenFileLimit.ofCommand(libc, arguments));
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

  /**
   * @param openFiles the command's limit; null if it is that of this process
   */
  private int run(CommandLine line, ResourceLimit openFiles) {
    SignalState inherited = SignalState.read(libc);
    SignalPipe signals = SignalPipe.open(libc, inherited.ignored());
    early.release();
    SocketName socket = new SocketName(line.socket());
    Listener listener = Listener.listen(libc, socket, line.mode());
    try {
      StdioPipes stdio = new StdioPipes(libc);
      Command command = new Spawner(libc, inherited, openFiles).start(line.command(), stdio);
      Relay relay = new Relay(libc, signals, listener, command, stdio);
      relay.run();
      // In this order: a client that reads the end must not come back to a socket without anybody.
      listener.close();
      relay.close();
      return command.exitCode();
    } catch (CommandNotRun e) {
      messages.complain(new Failure("run", line.command().getFirst(), e.errno()));
      return e.errno() == Errno.ENOENT ? NOT_FOUND : NOT_EXECUTABLE;
    } finally {
      listener.close();
    }
  }
}
