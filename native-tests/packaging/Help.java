package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import support.Iosock;
import support.Run;

/** The output of {@code --help}. */
final class Help {

  private static final Pattern OPTION =
      Pattern.compile("^ {2}(?:-(\\w), | {4})--([\\w-]+)(?: [A-Z]+)? +(.*)$", Pattern.MULTILINE);

  private Help() {}

  /**
   * @param letter the short option; null if there is none
   * @param text the first line of its description
   */
  record Option(String letter, String name, String text) {}

  static List<Option> options(Path directory) throws Exception {
    List<String> command = new ArrayList<>(Iosock.commandLine(List.of()));
    command.add("--help");
    Run run = Run.of(directory, command.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.output());
    Matcher matcher = OPTION.matcher(run.output());
    return matcher
        .results()
        .map(found -> new Option(found.group(1), found.group(2), found.group(3)))
        .toList();
  }
}
