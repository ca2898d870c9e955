package iosock.cli;

import java.util.List;

/** The arguments that the completions offer for an option; the parser accepts others too. */
final class ArgumentValues {

  private ArgumentValues() {}

  /** Empty if the option takes no argument, or the name of a file. */
  static List<String> of(Option option) {
    return switch (option) {
      case MODE, OBSERVE_MODE -> List.of("0600", "0660", "0666");
      case CLIENTS -> List.of("2", "4", "8", "64");
      case DROP_AFTER -> List.of("5", "30", "1m", "5m");
      case REPLAY -> List.of("4K", "64K", "1M", "16M");
      case DETACH_KEY -> List.of("none", "^]", "^A", "^B");
      case WAIT -> List.of("0.5", "1", "5");
      case PTY, SERVE, CONNECT, TAKE_OVER, OBSERVE, TEE, HELP, VERSION -> List.of();
    };
  }

  /** Whether the option takes the name of a file. */
  static boolean isFile(Option option) {
    return option == Option.OBSERVE;
  }

  /** One that the parser accepts for an option that takes one. */
  static String example(Option option) {
    return isFile(option) ? "file" : of(option).getFirst();
  }
}
