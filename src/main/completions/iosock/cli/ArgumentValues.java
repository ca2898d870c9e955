package iosock.cli;

import java.util.List;

/** The arguments that the completions offer for an option; the parser accepts others too. */
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
