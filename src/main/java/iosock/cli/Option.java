package iosock.cli;

/** The table of options, for the parser and for the help. */
enum Option {
  MODE('m', "mode", "MODE", "permission bits of a socket path, octal; 0600 if not given"),
  HELP('h', "help", null, "print this and exit"),
  VERSION('V', "version", null, "print the version and exit");

  final char letter;
  final String name;

  /** What its argument is called; null if it takes none. */
  final String argument;

  final String help;

  Option(char letter, String name, String argument, String help) {
    this.letter = letter;
    this.name = name;
    this.argument = argument;
    this.help = help;
  }
}
