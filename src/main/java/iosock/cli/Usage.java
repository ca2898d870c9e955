package iosock.cli;

/** What {@code --help} prints. */
public final class Usage {

  private static final String INTRODUCTION =
      """
      Usage: iosock [OPTION]... SOCKET COMMAND [ARG]...
        or:  iosock [OPTION]... --serve SOCKET
        or:  iosock [OPTION]... --connect SOCKET

      Runs COMMAND with its standard input, output and error on a Unix domain socket. One client
      at a time may connect, leave and come back; the command does not notice. While nobody is
      connected, its input waits and its output goes to iosock's own. With --serve it is iosock's
      own standard input and output that clients reach; with --connect, iosock is the client.

      SOCKET is a path; @NAME, an abstract socket; or -, iosock's own standard input and output,
      where COMMAND is /bin/sh -i if it is on a pseudo-terminal and none is given.

      """;

  private static final String CONCLUSION =
      """

      SIGTERM and SIGINT become SIGTERM in the command; SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
      SIGWINCH and SIGCONT are passed on. iosock exits when the command does, with its code:
      128+N if signal N killed it, 127 if it was not found, 126 if it could not be executed,
      125 if iosock itself failed. --serve exits with 0 when its input has ended and the last
      client is gone, --connect when the far end closes or you detach.
      """;

  private static final int HELP_COLUMN = 24;

  private Usage() {}

  public static String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (Option option : Option.values()) {
      String name = name(option);
      for (String line : option.help) {
        text.append(name);
        text.repeat(' ', HELP_COLUMN - name.length()).append(line).append('\n');
        name = "";
      }
    }
    return text.append(CONCLUSION).toString();
  }

  private static String name(Option option) {
    StringBuilder name = new StringBuilder("  ");
    if (option.hasLetter()) {
      name.append('-').append(option.letter).append(", ");
    } else {
      name.append("    ");
    }
    name.append("--").append(option.name);
    if (option.argument != null) {
      name.append(' ').append(option.argument);
    }
    return name.toString();
  }
}
