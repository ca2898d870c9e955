package iosock.cli;

import java.util.List;

/**
 * What the user asks for.
 *
 * @param socket as named on the command line; null where there is none
 * @param command with its arguments; empty where there is none
 * @param mode permission bits of a socket path
 * @param pty whether the program, or the far end, is on a pseudo-terminal
 * @param detachKey a byte, or {@link DetachKey#NONE}
 */
public record CommandLine(
    Action action, byte[] socket, List<byte[]> command, int mode, boolean pty, int detachKey) {

  public enum Action {
    /** A command, on a socket. */
    RUN,
    /** A command, on iosock's own standard input and output. */
    RUN_ON_STDIO,
    /** iosock's own standard input and output, on a socket. */
    SERVE,
    /** iosock's own standard input and output, to a socket that somebody else listens on. */
    CONNECT,
    HELP,
    VERSION
  }

  public static CommandLine parse(List<byte[]> arguments) throws UsageError {
    return new Parser(arguments).parse();
  }
}
