package comparison;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** The results of one run: every number of every round. */
final class Results {

  private final Map<Work, Map<Figure, Map<String, List<Double>>>> all = new EnumMap<>(Work.class);
  private final Map<Work, Set<String>> stuck = new EnumMap<>(Work.class);

  void add(Work work, Contender contender, Map<Figure, Double> figures) {
    Map<Figure, Map<String, List<Double>>> ofWork =
        all.computeIfAbsent(work, unused -> new EnumMap<>(Figure.class));
    figures.forEach(
        (figure, value) ->
            ofWork
                .computeIfAbsent(figure, unused -> new LinkedHashMap<>())
                .computeIfAbsent(contender.name(), unused -> new ArrayList<>())
                .add(value));
  }

  /** Records that a contender stopped moving data within the work. */
  void stuck(Work work, Contender contender) {
    stuck.computeIfAbsent(work, unused -> new TreeSet<>()).add(contender.name());
  }

  boolean isStuck(Work work, Contender contender) {
    return stuck(work).contains(contender.name());
  }

  /** The names of the contenders that were stuck. */
  Set<String> stuck(Work work) {
    return stuck.getOrDefault(work, Set.of());
  }

  Map<Work, Map<Figure, Map<String, List<Double>>>> all() {
    return all;
  }

  /**
   * @return null if it was not measured
   */
  DescriptiveStatistics of(Work work, Figure figure, String contender) {
    List<Double> values =
        all.getOrDefault(work, Map.of()).getOrDefault(figure, Map.of()).get(contender);
    return values == null
        ? null
        : new DescriptiveStatistics(values.stream().mapToDouble(x -> x).toArray());
  }

  /** NaN if it was not measured. */
  double median(Work work, Figure figure, String contender) {
    DescriptiveStatistics values = of(work, figure, contender);
    return values == null ? Double.NaN : values.getPercentile(50);
  }
}
