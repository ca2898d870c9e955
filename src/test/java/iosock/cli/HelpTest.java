package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** {@code --help} and the manual page describe exactly the options of the table. */
class HelpTest {

  private static final int MAX_COLUMNS = 80;

  private static final Path MANUAL = Path.of("src/main/man/iosock.1");

  /** Ends the options; not an option itself. */
  private static final String END_OF_OPTIONS = "-";

  /** A line of the help that begins with an option. */
  private static final Predicate<String> OPTION =
      Pattern.compile(" {2}(-\\w, | {4})--.*").asMatchPredicate();

  private static final Pattern FLAG = Pattern.compile("\\bFl (\\S+)");

  @Test
  void theHelpNamesEveryOptionOnce() {
    List<String> named = Usage.text().lines().filter(OPTION).map(HelpTest::name).toList();
    assertEquals(Stream.of(Option.values()).map(HelpTest::helpName).toList(), named);
  }

  @Test
  void theHelpPrintsEveryOptionInItsGroup() {
    Map<String, List<String>> printed = new LinkedHashMap<>();
    String title = "";
    for (String line : Usage.text().lines().toList()) {
      if (line.endsWith(":")) {
        title = line.substring(0, line.length() - 1);
      } else if (OPTION.test(line)) {
        printed.computeIfAbsent(title, unused -> new ArrayList<>()).add(name(line));
      }
    }
    Map<String, List<String>> expected = new LinkedHashMap<>();
    for (OptionGroup group : OptionGroup.values()) {
      Stream<Option> options = Stream.of(Option.values()).filter(option -> option.group == group);
      expected.put(group.title, options.map(HelpTest::helpName).toList());
    }
    assertEquals(List.copyOf(expected.entrySet()), List.copyOf(printed.entrySet()));
  }

  /** The option without its description. */
  private static String name(String line) {
    return line.strip().replaceAll(" {2,}.*", "");
  }

  private static String helpName(Option option) {
    String letter = option.hasLetter() ? "-" + option.letter + ", " : "";
    return letter + "--" + option.name + argument(option, " ");
  }

  private static String argument(Option option, String before) {
    return option.argument == null ? "" : before + option.argument;
  }

  @Test
  void theHelpFitsTheWidthOfATerminal() {
    for (String line : Usage.text().lines().toList()) {
      assertTrue(line.length() <= MAX_COLUMNS, line);
    }
  }

  @Test
  void theManualPageDescribesEveryOption() throws Exception {
    List<String> described =
        Files.readAllLines(MANUAL).stream()
            .filter(line -> line.startsWith(".It Fl") && !line.equals(".It Fl " + END_OF_OPTIONS))
            .toList();
    assertEquals(
        Stream.of(Option.values()).map(HelpTest::manualItem).sorted().toList(),
        described.stream().sorted().toList());
  }

  private static String manualItem(Option option) {
    String argument = argument(option, " Ar ");
    String letter = option.hasLetter() ? "Fl " + option.letter + argument + " , " : "";
    return ".It " + letter + "Fl -" + option.name + argument;
  }

  @Test
  void theManualPageNamesNothingElse() throws Exception {
    TreeSet<String> named =
        FLAG.matcher(Files.readString(MANUAL))
            .results()
            .map(flag -> flag.group(1))
            .collect(Collectors.toCollection(TreeSet::new));
    TreeSet<String> expected = new TreeSet<>(List.of(END_OF_OPTIONS));
    for (Option option : Option.values()) {
      expected.add("-" + option.name);
      if (option.hasLetter()) {
        expected.add("" + option.letter);
      }
    }
    assertEquals(expected, named);
  }
}
