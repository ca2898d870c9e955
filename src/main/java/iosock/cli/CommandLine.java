package iosock.cli;

import java.util.List;

/**
 * What the user asks for.
 *
 * @param socket as named on the command line
 * @param command with its arguments
 * @param mode permission bits of a socket path
 */
public record CommandLine(Action action, byte[] socket, List<byte[]> command, int mode) {

  public enum Action {
    RUN,
    HELP,
    VERSION
  }

  public static CommandLine parse(List<byte[]> arguments) throws UsageError {
    return new Parser(arguments).parse();
  }
}
