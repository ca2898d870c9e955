package comparison;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The results of one run, with a row for each contender: printed, as Markdown and as JSON. */
final class MarkdownTable {

  private final RawResults results;
  private final List<RawResults.Column> columns;
  private final List<String> absent;
  private final String manner;
  private final Map<String, String> commands;

  /**
   * @param absent contenders that are not installed
   * @param manner how it was measured, in a few words
   * @param commands the command lines, by contender
   */
  MarkdownTable(
      RawResults results,
      List<RawResults.Column> columns,
      List<String> absent,
      String manner,
      Map<String, String> commands) {
    this.results = results;
    this.columns = columns;
    this.absent = absent;
    this.manner = manner;
    this.commands = commands;
  }

  /**
   * @param name of the files, without the extension
   */
  void write(Path directory, String name) throws IOException {
    String text = text();
    System.out.print(text);
    Files.writeString(directory.resolve(name + ".md"), text);
    Files.writeString(directory.resolve(name + ".json"), json());
  }

  private String text() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(row("", columns.stream().map(RawResults.Column::title)));
    text.append(row("---", columns.stream().map(unused -> "---:")));
    for (String contender : results.all().keySet()) {
      text.append(row(contender, columns.stream().map(column -> column.cell().apply(contender))));
    }
    text.append("\n%s, %s.\n".formatted(Machine.described(), manner));
    if (!absent.isEmpty()) {
      text.append("Not installed: %s.\n".formatted(String.join(", ", absent)));
    }
    text.append("\n");
    commands.forEach((contender, line) -> text.append("- %s: `%s`\n".formatted(contender, line)));
    return text.toString();
  }

  private static String row(String first, Stream<String> others) {
    return others.collect(Collectors.joining(" | ", "| " + first + " | ", " |\n"));
  }

  private String json() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", Machine.described());
    all.put("manner", manner);
    all.put("absent", absent);
    all.put("commands", commands);
    all.put("results", results.all());
    return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
  }
}
