package iosock.cli;

import java.util.List;

/**
 * The command line, parsed.
 *
 * @param socket as named on the command line; null for {@code -}, help and version
 * @param command with its arguments; empty if the action runs none
 * @param pty whether the command, or with {@link Action#CONNECT} the server's, is on a
 *     pseudo-terminal
 * @param mode permission bits of the socket
 * @param sharing between clients
 * @param notifyManager whether a service manager is told when the command runs and is stopped
 * @param detachKey a byte, or {@link DetachKey#NONE}
 * @param waitNanos after the end of the input, for how long nothing may come before iosock exits,
 *     in nanoseconds; or {@link Seconds#NEVER}
 * @param stopping of the command
 * @param supervision of processes
 */
public record CommandLine(
    Action action,
    byte[] socket,
    List<byte[]> command,
    boolean pty,
    int mode,
    Sharing sharing,
    boolean notifyManager,
    int detachKey,
    long waitNanos,
    Stopping stopping,
    Supervision supervision) {

  public enum Action {
    /** Run a command on a socket. */
    RUN,
    /** Run a command on iosock's own standard input and output. */
    RUN_ON_STDIO,
    /** Put iosock's own standard input and output on a socket that iosock listens on. */
    SERVE,
    /** Connect iosock's own standard input and output to a socket that a server listens on. */
    CONNECT,
    HELP,
    VERSION
  }

  /**
   * @param arguments without the program's name
   * @throws UsageError if they are not a valid command line
   */
  public static CommandLine parse(List<byte[]> arguments) throws UsageError {
    return new Parser(arguments).parse();
  }
}
