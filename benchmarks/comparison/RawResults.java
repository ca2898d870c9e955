package comparison;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** Every number of every round, by contender and figure; all figures are optional. */
final class RawResults {

  /**
   * A column of a table that has a row for each contender.
   *
   * @param cell the text for a contender's name
   */
  record Column(String title, Function<String, String> cell) {}

  private final Map<String, Map<String, List<Double>>> all = new LinkedHashMap<>();

  void add(String contender, String figure, double value) {
    all.computeIfAbsent(contender, unused -> new LinkedHashMap<>())
        .computeIfAbsent(figure, unused -> new ArrayList<>())
        .add(value);
  }

  Map<String, Map<String, List<Double>>> all() {
    return all;
  }

  Column spread(String figure) {
    return new Column(
        figure,
        name -> {
          List<Double> values = values(name, figure);
          return values.size() == 1
              ? "**%s**".formatted(Cell.number(values.getFirst()))
              : values.isEmpty() ? "" : Cell.spread(statistics(values));
        });
  }

  /** The ratio of the median to another contender's. */
  Column ratio(String title, String figure, String other) {
    return new Column(
        title,
        name ->
            values(name, figure).isEmpty()
                ? ""
                : Cell.number(
                    statistics(values(name, figure)).getPercentile(50)
                        / statistics(values(other, figure)).getPercentile(50)));
  }

  /** The median of the ratios to another contender within each round. */
  Column ratioWithinRounds(String title, String figure, String other) {
    return new Column(
        title,
        name -> {
          List<Double> values = values(name, figure);
          List<Double> others = values(other, figure);
          return Cell.spread(
              statistics(
                  IntStream.range(0, values.size())
                      .mapToObj(round -> values.get(round) / others.get(round))
                      .toList()));
        });
  }

  private List<Double> values(String contender, String figure) {
    return all.getOrDefault(contender, Map.of()).getOrDefault(figure, List.of());
  }

  private static DescriptiveStatistics statistics(List<Double> values) {
    return new DescriptiveStatistics(values.stream().mapToDouble(x -> x).toArray());
  }
}
