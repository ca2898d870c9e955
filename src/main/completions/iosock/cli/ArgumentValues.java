package iosock.cli;

import java.util.List;

/** The arguments that the completions offer for an option; the parser accepts others too. */
final class ArgumentValues {

  private ArgumentValues() {}

  /** Empty if the option takes no argument, the name of a file, or any text. */
  static List<String> of(Option option) {
    return switch (option) {
      case MODE, OBSERVE_MODE -> List.of("0600", "0660", "0666");
      case CLIENTS -> List.of("2", "4", "8", "64");
      case DROP_AFTER -> List.of("5", "30", "1m", "5m");
      case REPLAY -> List.of("4K", "64K", "1M", "16M");
      case STOP_SIGNAL, PARENT_DEATH -> List.of("TERM", "INT", "HUP", "QUIT", "KILL");
      case STOP_TIMEOUT -> List.of("5", "10", "30", "1m");
      case EXIT_ZERO -> List.of("143", "130", "129", "137");
      case DETACH_KEY -> List.of("none", "^]", "^A", "^B");
      case WAIT -> List.of("0.5", "1", "5");
      case PTY,
          SERVE,
          CONNECT,
          TAKE_OVER,
          OBSERVE,
          TEE,
          STOP_INPUT,
          GROUP,
          SUBREAPER,
          NOTIFY,
          HELP,
          VERSION ->
          List.of();
    };
  }

  /** Whether the option takes the name of a file. */
  static boolean isFile(Option option) {
    return option == Option.OBSERVE;
  }

  /** One that the parser accepts for an option that takes one. */
  static String example(Option option) {
    return of(option).isEmpty() ? "any" : of(option).getFirst();
  }
}
