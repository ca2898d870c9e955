package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That {@code --help} and the manual page name the options that there are, and no others. */
class HelpTest {

  /** The usual size of a terminal. */
  private static final int ROWS = 24;

  private static final int COLUMNS = 80;

  private static final Path MANUAL = Path.of("src/main/man/iosock.1");

  /** Ends the options, and is none. */
  private static final String END_OF_OPTIONS = "-";

  private static final Pattern FLAG = Pattern.compile("\\bFl (\\S+)");

  @Test
  void theHelpNamesEveryOption() {
    List<String> named =
        Usage.text().lines().filter(line -> line.matches(" +-.*")).map(HelpTest::name).toList();
    assertEquals(Stream.of(Option.values()).map(HelpTest::helpName).toList(), named);
  }

  /** Without its description. */
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

  /** With the prompt below it. */
  @Test
  void theHelpFitsATerminal() {
    List<String> lines = Usage.text().lines().toList();
    assertTrue(lines.size() < ROWS, lines.size() + " lines");
    for (String line : lines) {
      assertTrue(line.length() <= COLUMNS, line);
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
