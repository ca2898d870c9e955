package comparison;

import java.util.List;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The results as a Markdown table: the median, the least and the most of all rounds. */
final class Table {

  private final Results results;
  private final List<String> names;
  private final StringBuilder text = new StringBuilder();

  private Table(Results results, List<String> names) {
    this.results = results;
    this.names = names;
  }

  /**
   * @param names of the contenders
   */
  static String of(Results results, List<String> names) {
    Table table = new Table(results, names);
    table.row("", names);
    table.row("---", names.stream().map(unused -> "---:").toList());
    results
        .all()
        .forEach((work, figures) -> figures.forEach((figure, unused) -> table.row(work, figure)));
    return table.text.toString();
  }

  private void row(Work work, Figure figure) {
    row(
        "%s, %s".formatted(work.title, figure.unit),
        names.stream().map(name -> cell(work, figure, name)).toList());
  }

  private void row(String first, List<String> others) {
    text.append("| ").append(first).append(" | ").append(String.join(" | ", others)).append(" |\n");
  }

  private String cell(Work work, Figure figure, String name) {
    DescriptiveStatistics values = results.of(work, figure, name);
    if (results.stuck(work).contains(name)) {
      return "stuck";
    }
    return values == null ? "" : Cell.spread(values);
  }

  /** The ratios of the first contender's medians to those of the others, as a Markdown table. */
  static String ratios(Results results, List<String> names) {
    String first = names.getFirst();
    List<String> others = names.subList(1, names.size());
    Table table = new Table(results, others);
    table.row("the median of \"%s\", of that of".formatted(first), others);
    table.row("---", others.stream().map(unused -> "---:").toList());
    results
        .all()
        .forEach(
            (work, figures) ->
                figures.forEach(
                    (figure, unused) ->
                        table.row(
                            "%s, %s".formatted(work.title, figure.unit),
                            others.stream()
                                .map(name -> ratio(results, work, figure, first, name))
                                .toList())));
    return table.text.toString();
  }

  private static String ratio(
      Results results, Work work, Figure figure, String first, String name) {
    double other = results.median(work, figure, name);
    return other > 0 ? "%.2f".formatted(results.median(work, figure, first) / other) : "";
  }
}
