package iosock.cli;

import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of options as bash variables, for the function in {@code iosock.bash}. */
final class BashCompletion {

  private final Combinations combinations = new Combinations();

  String variables() {
    return list("names", option -> true)
        + list("last", combinations::isLast)
        + list("commandless", option -> !combinations.takesCommand(option))
        + list("files", ArgumentValues::isFile)
        + map("letters", Option::hasLetter, option -> "-" + option.letter, BashCompletion::name)
        + map(
            "values",
            option -> option.argument != null,
            BashCompletion::name,
            option -> String.join(" ", ArgumentValues.of(option)))
        + map("excluded", option -> true, BashCompletion::name, this::excluded);
  }

  private static String name(Option option) {
    return "--" + option.name;
  }

  private String excluded(Option option) {
    return names(combinations.excludedBy(option).stream());
  }

  private static String names(Stream<Option> options) {
    return options.map(BashCompletion::name).collect(Collectors.joining(" "));
  }

  private static String list(String variable, Predicate<Option> which) {
    return "    local "
        + variable
        + "=' "
        + names(Stream.of(Option.values()).filter(which))
        + " '\n";
  }

  private static String map(
      String variable,
      Predicate<Option> which,
      Function<Option, String> key,
      Function<Option, String> value) {
    return Stream.of(Option.values())
        .filter(which)
        .map(option -> "        [" + key.apply(option) + "]='" + value.apply(option) + "'\n")
        .collect(Collectors.joining("", "    local -A " + variable + "=(\n", "    )\n"));
  }
}
