package iosock.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The table of options as specifications for zsh's {@code _arguments}. */
final class ZshCompletion {

  private final Combinations combinations = new Combinations();

  String specifications() {
    return Stream.of(Option.values()).map(this::specification).collect(Collectors.joining());
  }

  private String specification(Option option) {
    String rest = quoted("[" + escaped(String.join(" ", option.help)) + "]" + argument(option));
    return "    " + quoted("(" + excluded(option) + ")") + forms(option) + rest + " \\\n";
  }

  private String excluded(Option option) {
    if (combinations.isLast(option)) {
      return "- : *";
    }
    List<String> all = new ArrayList<>();
    for (Option other : combinations.excludedBy(option)) {
      if (other.hasLetter()) {
        all.add("-" + other.letter);
      }
      all.add("--" + other.name);
    }
    if (!combinations.takesCommand(option)) {
      all.add("*");
    }
    return String.join(" ", all);
  }

  /** An argument is the next word, or follows the letter directly, or follows {@code =}. */
  private static String forms(Option option) {
    boolean takesArgument = option.argument != null;
    String word = "--" + option.name + (takesArgument ? "=" : "");
    if (!option.hasLetter()) {
      return word;
    }
    return "{-" + option.letter + (takesArgument ? "+" : "") + "," + word + "}";
  }

  private static String argument(Option option) {
    if (option.argument == null) {
      return "";
    }
    if (ArgumentValues.isFile(option)) {
      return ":" + option.argument + ":_files";
    }
    String values = String.join(" ", ArgumentValues.of(option));
    // zsh evaluates the list, and ^ is a pattern character.
    return ":" + option.argument + ":(" + values.replaceAll("[^\\w ]", "\\\\$0") + ")";
  }

  private static String escaped(String help) {
    return help.replaceAll("[\\\\\\[\\]:]", "\\\\$0");
  }

  private static String quoted(String text) {
    return "'" + text.replace("'", "'\\''") + "'";
  }
}
