package iosock.cli;

/** What {@code --help} prints: no more than a terminal of the usual size shows. */
public final class Usage {

  private static final String INTRODUCTION =
      """
      Usage: iosock [OPTION]... SOCKET COMMAND [ARG]...
        or:  iosock [OPTION]... --serve SOCKET
        or:  iosock [OPTION]... --connect SOCKET

      Runs COMMAND with its standard input, output and error on a Unix domain socket,
      for one client at a time. While nobody is connected, its input waits and its
      output is iosock's. SOCKET is a path; @NAME, an abstract socket; or -, iosock's
      own input and output: with -p and without COMMAND, /bin/sh -i is run there.

      """;

  private static final String CONCLUSION =
      """

      SIGTERM and SIGINT become SIGTERM in COMMAND; SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2,
      SIGWINCH and SIGCONT are passed on. The exit code is COMMAND's; 128+N if signal
      N killed it, 127 if it was not found, 126 if it could not be executed; 125 if
      iosock itself failed. More is in iosock(1).
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
