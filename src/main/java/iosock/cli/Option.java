package iosock.cli;

/** The table of options, for the parser, the help and the completions; group by group. */
enum Option {
  PTY(
      OptionGroup.MODES,
      Purpose.TERMINAL,
      'p',
      "pty",
      null,
      "run COMMAND on a pseudo-terminal; with --connect,",
      "attach to one: this terminal goes into raw mode"),
  SERVE(
      OptionGroup.MODES,
      Purpose.EVERYTHING,
      '\0',
      "serve",
      null,
      "put iosock's own stdin and stdout on SOCKET"),
  CONNECT(
      OptionGroup.MODES,
      Purpose.EVERYTHING,
      '\0',
      "connect",
      null,
      "connect this terminal, or stdin and stdout, to",
      "SOCKET"),
  MODE(
      OptionGroup.SOCKET,
      Purpose.OWN_SOCKET,
      'm',
      "mode",
      "MODE",
      "permission bits of the socket, octal; default 0600"),
  CLIENTS(
      OptionGroup.CLIENTS,
      Purpose.LISTENER,
      'c',
      "clients",
      "N",
      "up to N clients at once, at most 64; default 1"),
  TAKE_OVER(
      OptionGroup.CLIENTS,
      Purpose.SOCKET,
      '\0',
      "take-over",
      null,
      "a client that is too many takes the place of the",
      "longest-connected one; with --connect: asks for it"),
  DROP_AFTER(
      OptionGroup.CLIENTS,
      Purpose.LISTENER,
      '\0',
      "drop-after",
      "SECONDS",
      "close a client that takes nothing for so long",
      "while output waits for it; default never"),
  OBSERVE(
      OptionGroup.CLIENTS,
      Purpose.LISTENER,
      'o',
      "observe",
      "SOCKET",
      "listen there too, for observers: they get the",
      "output, and nothing they send is read"),
  OBSERVE_MODE(
      OptionGroup.CLIENTS,
      Purpose.OBSERVERS,
      '\0',
      "observe-mode",
      "MODE",
      "the same as --mode for that socket; default 0600"),
  REPLAY(
      OptionGroup.OUTPUT,
      Purpose.LISTENER,
      'r',
      "replay",
      "SIZE",
      "clients and observers first get the last SIZE",
      "bytes of earlier output, at most 16M; default none"),
  TEE(
      OptionGroup.OUTPUT,
      Purpose.CONSOLE,
      't',
      "tee",
      null,
      "iosock's stdout and stderr get the output also",
      "while clients are connected"),
  STOP_SIGNAL(
      OptionGroup.STOPPING,
      Purpose.COMMAND,
      '\0',
      "stop-signal",
      "SIGNAL",
      "what SIGTERM and SIGINT become in COMMAND;",
      "default TERM"),
  STOP_INPUT(
      OptionGroup.STOPPING,
      Purpose.COMMAND,
      '\0',
      "stop-input",
      "TEXT",
      "in place of the first of these, TEXT is written to",
      "COMMAND's stdin; it may have \\n \\r \\t \\e \\\\ \\xHH"),
  STOP_TIMEOUT(
      OptionGroup.STOPPING,
      Purpose.COMMAND,
      '\0',
      "stop-timeout",
      "SECONDS",
      "so long after the first of these, COMMAND is",
      "killed; default never"),
  GROUP(
      OptionGroup.STOPPING,
      Purpose.COMMAND,
      'g',
      "group",
      null,
      "COMMAND leads a process group, and signals go to",
      "all of it; what is left of it at the exit is told"),
  SUBREAPER(
      OptionGroup.PROCESSES,
      Purpose.COMMAND,
      's',
      "subreaper",
      null,
      "adopt and reap orphans, as process 1 does anyway"),
  PARENT_DEATH(
      OptionGroup.PROCESSES,
      Purpose.EVERYTHING,
      '\0',
      "parent-death",
      "SIGNAL",
      "iosock gets SIGNAL when its parent dies"),
  EXIT_ZERO(
      OptionGroup.PROCESSES,
      Purpose.COMMAND,
      'e',
      "exit-zero",
      "CODE",
      "exit with 0 where COMMAND's exit code is CODE; may",
      "be given several times"),
  NOTIFY(
      OptionGroup.PROCESSES,
      Purpose.COMMAND,
      '\0',
      "notify",
      null,
      "tell the service manager when COMMAND runs, and",
      "when it is being stopped: sd_notify(3)"),
  DETACH_KEY(
      OptionGroup.CONNECTION,
      Purpose.SESSION,
      '\0',
      "detach-key",
      "KEY",
      "with -p: the key that detaches: ^X for Ctrl-X, a",
      "character, or none; default ^\\"),
  WAIT(
      OptionGroup.CONNECTION,
      Purpose.CONNECTION,
      'w',
      "wait",
      "SECONDS",
      "after the end of the input, exit once nothing has",
      "come for so long"),
  HELP(OptionGroup.OTHER, Purpose.EVERYTHING, 'h', "help", null, "print this help and exit"),
  VERSION(
      OptionGroup.OTHER, Purpose.EVERYTHING, 'V', "version", null, "print the version and exit");

  final OptionGroup group;

  /** It is refused where it does not serve this purpose. */
  final Purpose purpose;

  /** The short option; {@code '\0'} if there is only the long one. */
  final char letter;

  final String name;

  /** The name of its argument; null if it takes none. */
  final String argument;

  /** The description, line by line. */
  final String[] help;

  Option(
      OptionGroup group,
      Purpose purpose,
      char letter,
      String name,
      String argument,
      String... help) {
    this.group = group;
    this.purpose = purpose;
    this.letter = letter;
    this.name = name;
    this.argument = argument;
    this.help = help;
  }

  boolean hasLetter() {
    return letter != '\0';
  }
}
