package iosock.cli;

/** The table of options, for the parser, the help and the completions; group by group. */
enum Option {
  PTY(
      OptionGroup.MODES,
      'p',
      "pty",
      null,
      "run COMMAND on a pseudo-terminal; with --connect, attach",
      "to one: this terminal is switched to raw mode"),
  SERVE(OptionGroup.MODES, '\0', "serve", null, "put iosock's own stdin and stdout on SOCKET"),
  CONNECT(
      OptionGroup.MODES,
      '\0',
      "connect",
      null,
      "connect this terminal, or stdin and stdout, to SOCKET"),
  MODE(
      OptionGroup.SOCKET,
      'm',
      "mode",
      "MODE",
      "permission bits of a socket path, octal; default 0600"),
  DETACH_KEY(
      OptionGroup.CLIENT,
      '\0',
      "detach-key",
      "KEY",
      "the key that detaches: ^X for Ctrl-X, a character, or",
      "none; default ^\\"),
  HELP(OptionGroup.OTHER, 'h', "help", null, "print this help and exit"),
  VERSION(OptionGroup.OTHER, 'V', "version", null, "print the version and exit");

  final OptionGroup group;

  /** The short option; {@code '\0'} if there is only the long one. */
  final char letter;

  final String name;

  /** The name of its argument; null if it takes none. */
  final String argument;

  /** The description, line by line. */
  final String[] help;

  Option(OptionGroup group, char letter, String name, String argument, String... help) {
    this.group = group;
    this.letter = letter;
    this.name = name;
    this.argument = argument;
    this.help = help;
  }

  boolean hasLetter() {
    return letter != '\0';
  }
}
