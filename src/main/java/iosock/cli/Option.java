package iosock.cli;

/** The table of options, for the parser and for the help. */
enum Option {
  PTY(
      'p',
      "pty",
      null,
      "COMMAND is on a pseudo-terminal; with --connect, the far",
      "end is one: this terminal goes raw"),
  SERVE('\0', "serve", null, "put iosock's own stdin and stdout on SOCKET"),
  CONNECT('\0', "connect", null, "join this terminal, or stdin and stdout, to SOCKET"),
  DETACH_KEY(
      '\0',
      "detach-key",
      "KEY",
      "what detaches with -p --connect: ^X for Control-X, a",
      "character, or none; ^\\ if not given"),
  MODE('m', "mode", "MODE", "permissions of a socket path, octal; 0600 if not given"),
  HELP('h', "help", null, "print this and exit"),
  VERSION('V', "version", null, "print the version and exit");

  final char letter;
  final String name;

  /** What its argument is called; null if it takes none. */
  final String argument;

  /** Lines. */
  final String[] help;

  Option(char letter, String name, String argument, String... help) {
    this.letter = letter;
    this.name = name;
    this.argument = argument;
    this.help = help;
  }

  boolean hasLetter() {
    return letter != '\0';
  }
}
