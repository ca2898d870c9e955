package iosock.cli;

import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Which options can be combined, and whether COMMAND may follow: found by parsing command lines
 * with every combination of at most {@link #MAX_OPTIONS} options.
 */
final class Combinations {

  /**
   * An option may require two others, as {@code --detach-key} requires {@code --pty} and {@code
   * --connect}; so whether it goes with one more shows in four. All combinations would be 2^n.
   */
  private static final int MAX_OPTIONS = 4;

  /** Options after which the parser ignores the rest, as {@code --help}. */
  private final Set<Option> last = EnumSet.noneOf(Option.class);

  private final Set<Set<Option>> accepted = new HashSet<>();
  private final Set<Option> withCommand = EnumSet.noneOf(Option.class);

  Combinations() {
    for (Option option : Option.values()) {
      if (accepts(EnumSet.of(option), "--no-such-option")) {
        last.add(option);
      }
    }
    List<Option> others = Stream.of(Option.values()).filter(option -> !isLast(option)).toList();
    addAll(others, EnumSet.noneOf(Option.class));
  }

  /** Tries {@code chosen}, and every combination of it with some of {@code others}. */
  private void addAll(List<Option> others, EnumSet<Option> chosen) {
    add(chosen);
    if (chosen.size() == MAX_OPTIONS) {
      return;
    }
    for (int i = 0; i < others.size(); i++) {
      EnumSet<Option> more = EnumSet.copyOf(chosen);
      more.add(others.get(i));
      addAll(others.subList(i + 1, others.size()), more);
    }
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
    String value = option.argument == null ? "" : "=" + ArgumentValues.example(option);
    return "--" + option.name + value;
  }

  boolean isLast(Option option) {
    return last.contains(option);
  }

  /**
   * The options that are not offered once {@code given} is on the line, itself included. Options
   * such as {@code --help} are always offered.
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
