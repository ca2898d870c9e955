package iosock.cli;

/** The text that {@code --help} prints, in lines of at most 80 columns. */
public final class Usage {

  private static final String INTRODUCTION =
      """
      Usage: iosock [OPTION]... SOCKET COMMAND [ARG]...
        or:  iosock [OPTION]... --serve SOCKET
        or:  iosock [OPTION]... --connect SOCKET

      Runs COMMAND with its standard input, output and error on a Unix domain socket,
      for one client at a time, or for several at once. With no client, stdin blocks
      and output goes to iosock's stdout and stderr.

      SOCKET is one of:
        PATH                  a socket file
        @NAME                 an abstract socket; any user may take the name first
        fd:N                  a listening socket, inherited as descriptor N
        -                     no socket: iosock's own stdin and stdout; with -p,
                              COMMAND is /bin/sh -i if it is omitted
      """;

  private static final String CONCLUSION =
      """

      SECONDS is read as timeout(1) reads it (0.5, 30, 2m, 1h), SIZE as head(1) does
      (4096, 64K, 1M).

      Signals: COMMAND gets SIGTERM for SIGTERM and SIGINT, and all others that do
      not mean a fault as they are. SIGNAL is a name or a number: TERM, 15, RTMIN+3.

      Exit code: that of COMMAND; 128+N if signal N killed it; 127 if it was not
      found; 126 if it could not be executed; 125 if iosock itself failed.

      The manual is iosock(1).
      """;

  private static final int HELP_COLUMN = 30;

  private Usage() {}

  /** The whole help, ending with a newline. */
  public static String text() {
    StringBuilder text = new StringBuilder(INTRODUCTION);
    for (OptionGroup group : OptionGroup.values()) {
      text.append('\n').append(group.title).append(":\n");
      for (Option option : Option.values()) {
        if (option.group == group) {
          appendOption(text, option);
        }
      }
    }
    return text.append(CONCLUSION).toString();
  }

  private static void appendOption(StringBuilder text, Option option) {
    String name = name(option);
    for (String line : option.help) {
      text.append(name);
      text.repeat(' ', HELP_COLUMN - name.length()).append(line).append('\n');
      name = "";
    }
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
