package iosock.cli;

import java.util.List;

/** What is worth offering as an option's argument; anything else may be typed. */
final class ArgumentValues {

  private ArgumentValues() {}

  static List<String> of(Option option) {
    return switch (option) {
      case MODE -> List.of("0600", "0660", "0666");
      case DETACH_KEY -> List.of("none", "^]", "^A", "^B");
      case PTY, SERVE, CONNECT, HELP, VERSION -> List.of();
    };
  }
}
