package iosock.cli;

/** What {@code --help} prints. */
public final class Usage {

  private static final String INTRODUCTION =
      """
      Usage: iosock [OPTION]... SOCKET COMMAND [ARG]...

      Runs COMMAND with its standard input, output and error on a Unix domain socket. One client
      at a time may connect, leave and come back; the command does not notice. While nobody is
      connected, its input waits and its output goes to iosock's own.

      SOCKET is a path, or @NAME for an abstract socket.

      """;

  private static final String CONCLUSION =
      """

      SIGTERM and SIGINT become SIGTERM in the command; SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
      SIGWINCH and SIGCONT are passed on. iosock exits when the command does, with its code:
      128+N if signal N killed it, 127 if it was not found, 126 if it could not be executed,
      125 if iosock itself failed.
      """;

  private static final int HELP_COLUMN = 20;

  private Usage() {}

  public static String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (Option option : Option.values()) {
      StringBuilder line = new StringBuilder("  -").append(option.letter);
      line.append(", --").append(option.name);
      if (option.argument != null) {
        line.append(' ').append(option.argument);
      }
      while (line.length() < HELP_COLUMN) {
        line.append(' ');
      }
      text.append(line).append(option.help).append('\n');
    }
    return text.append(CONCLUSION).toString();
  }
}
