package comparison;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** Runs a comparison and writes its results: a table, all numbers as JSON, and a chart. */
final class Report {

  private final Subject subject;
  private final Comparison comparison;
  private final Results results;
  private final int rounds;

  Report(Subject subject, Comparison comparison, int rounds) throws IOException {
    this.subject = subject;
    this.comparison = comparison;
    this.rounds = rounds;
    results = comparison.run(rounds);
  }

  /**
   * @param root the checkout, with benchmarks/chart.gnuplot
   */
  void write(Path directory, Path root) throws IOException, InterruptedException {
    String text = text();
    System.out.print(text);
    Files.writeString(directory.resolve(subject.file + ".md"), text);
    Files.writeString(directory.resolve(subject.file + ".json"), json());
    if (isEveryPanelMeasured()) {
      Files.writeString(directory.resolve(subject.file + ".data"), data());
      draw(directory, root.resolve("benchmarks/chart.gnuplot"));
    }
  }

  private boolean isEveryPanelMeasured() {
    return !subject.panels.isEmpty()
        && subject.panels.stream()
            .allMatch(panel -> results.all().keySet().containsAll(panel.works()));
  }

  private String text() throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(Table.of(results, comparison.present()));
    text.append("\n%s, %d rounds, %s.\n".formatted(Machine.described(), rounds, scale()));
    if (!comparison.absent().isEmpty()) {
      text.append("Not installed: %s.\n".formatted(String.join(", ", comparison.absent())));
    }
    return text.append("\n").append(Table.ratios(results, comparison.present())).toString();
  }

  private String scale() {
    Scale scale = comparison.scale();
    return "%d MB a transfer, %d echoes, %d connects%s"
        .formatted(
            scale.bytes() / 1_000_000,
            scale.echoes(),
            scale.connects(),
            comparison.placement().description);
  }

  private String json() throws IOException {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("machine", Machine.described());
    all.put("rounds", rounds);
    all.put("scale", scale());
    all.put("absent", comparison.absent());
    Map<String, Object> works = new LinkedHashMap<>();
    results
        .all()
        .forEach(
            (work, figures) -> {
              Map<String, Object> byUnit = new LinkedHashMap<>();
              figures.forEach((figure, values) -> byUnit.put(figure.unit, values));
              byUnit.put("stuck", results.stuck(work));
              works.put(work.title, byUnit);
            });
    all.put("results", works);
    return JSON.std.with(JSON.Feature.PRETTY_PRINT_OUTPUT).asString(all) + "\n";
  }

  /**
   * A block for each panel of the chart: a line for each work, three numbers for each contender.
   */
  private String data() {
    StringBuilder data = new StringBuilder();
    subject.panels.forEach(panel -> block(data, panel.works(), panel.figures()));
    return data.toString();
  }

  private void block(StringBuilder data, List<Work> works, List<Figure> figures) {
    data.append("work");
    comparison.present().forEach(name -> data.append(" \"%s\" least most".formatted(name)));
    for (Work work : works) {
      for (Figure figure : figures) {
        data.append("\n\"%s\"".formatted(figures.size() > 1 ? figure.unit : work.title));
        for (String name : comparison.present()) {
          DescriptiveStatistics values = results.of(work, figure, name);
          data.append(
              values == null
                  ? " NaN NaN NaN"
                  : " %f %f %f"
                      .formatted(values.getPercentile(50), values.getMin(), values.getMax()));
        }
      }
    }
    data.append("\n\n\n");
  }

  private void draw(Path directory, Path script) throws IOException, InterruptedException {
    String variables =
        "name = '%s'; contenders = %d; array titles[%d] = [%s]"
            .formatted(
                subject.file,
                comparison.present().size(),
                subject.panels.size(),
                subject.panels.stream()
                    .map(panel -> "'%s'".formatted(panel.title()))
                    .collect(Collectors.joining(", ")));
    Process gnuplot;
    try {
      gnuplot =
          new ProcessBuilder("gnuplot", "-e", variables, script.toString())
              .directory(directory.toFile())
              .inheritIO()
              .start();
    } catch (IOException e) {
      System.err.println("compare: no chart: gnuplot is missing: install the package gnuplot-nox");
      return;
    }
    if (gnuplot.waitFor() != 0) {
      throw new IOException("gnuplot failed");
    }
  }
}
