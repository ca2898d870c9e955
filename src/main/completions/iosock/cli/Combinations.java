package iosock.cli;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which options make sense together, and what may follow them: the parser is asked, with every
 * combination that there is.
 */
final class Combinations {

  /** Those after which nothing else is read, as {@code --help}. */
  private final Set<Option> last = EnumSet.noneOf(Option.class);

  private final Set<Set<Option>> accepted = new HashSet<>();
  private final Set<Option> withCommand = EnumSet.noneOf(Option.class);

  Combinations() {
    for (Option option : Option.values()) {
      if (accepts(EnumSet.of(option), "--no-such-option")) {
        last.add(option);
      }
    }
    addAll(EnumSet.complementOf(EnumSet.copyOf(last)), EnumSet.noneOf(Option.class));
  }

  /** Those that contain {@code chosen}, and any of {@code others}. */
  private void addAll(Set<Option> others, Set<Option> chosen) {
    if (others.isEmpty()) {
      add(chosen);
      return;
    }
    Option option = others.iterator().next();
    Set<Option> rest = EnumSet.copyOf(others);
    rest.remove(option);
    addAll(rest, chosen);
    Set<Option> more = EnumSet.copyOf(chosen);
    more.add(option);
    addAll(rest, more);
  }

  private void add(Set<Option> options) {
    boolean takeCommand = accepts(options, "socket", "command");
    if (takeCommand) {
      withCommand.addAll(options);
    }
    if (takeCommand || accepts(options, "socket")) {
      accepted.add(options);
    }
  }

  private static boolean accepts(Set<Option> options, String... operands) {
    Stream<String> line =
        Stream.concat(options.stream().map(Combinations::written), Stream.of(operands));
    try {
      CommandLine.parse(line.map(word -> word.getBytes(StandardCharsets.US_ASCII)).toList());
      return true;
    } catch (UsageError e) {
      return false;
    }
  }

  private static String written(Option option) {
    String value = option.argument == null ? "" : "=" + ArgumentValues.of(option).getFirst();
    return "--" + option.name + value;
  }

  boolean isLast(Option option) {
    return last.contains(option);
  }

  /**
   * What is out of place once {@code given} is there, itself too: nothing is said twice. Those
   * after which nothing else is read go with anything.
   */
  List<Option> excludedBy(Option given) {
    return Stream.of(Option.values())
        .filter(other -> other == given || !isLast(other) && !goTogether(given, other))
        .toList();
  }

  private boolean goTogether(Option one, Option other) {
    Set<Option> both = EnumSet.of(one, other);
    return accepted.stream().anyMatch(options -> options.containsAll(both));
  }

  /** Whether COMMAND may follow. */
  boolean takesCommand(Option option) {
    return withCommand.contains(option);
  }
}
