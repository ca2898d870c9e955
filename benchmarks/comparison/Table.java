package comparison;

import java.util.List;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The results as a table in Markdown: medians, and the least and most of all rounds. */
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
    return results.stuck(work).contains(name)
        ? "stuck"
        : "**%s** (%s–%s)"
            .formatted(
                number(values.getPercentile(50)), number(values.getMin()), number(values.getMax()));
  }

  /** With three digits that count. */
  private static String number(double value) {
    int digits = value <= 0 ? 0 : (int) Math.floor(Math.log10(value));
    return ("%." + Math.clamp(2 - digits, 0, 3) + "f").formatted(value);
  }

  /** How much iosock's medians are of those of others, as a table like the other. */
  static String ratios(Results results, List<String> names) {
    List<String> others = names.stream().filter(name -> !name.equals(Contender.OWN)).toList();
    Table table = new Table(results, others);
    table.row("iosock's median, of that of", others);
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
                                .map(name -> ratio(results, work, figure, name))
                                .toList())));
    return table.text.toString();
  }

  private static String ratio(Results results, Work work, Figure figure, String name) {
    double other = results.median(work, figure, name);
    double ratio = results.median(work, figure, Contender.OWN) / other;
    return other > 0 ? "%.2f".formatted(ratio) : "";
  }
}
