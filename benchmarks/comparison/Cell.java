package comparison;

import org.apache.commons.math3.stat.descriptive.DescriptiveStatistics;

/** Numbers, formatted for a table. */
final class Cell {

  private Cell() {}

  /** The median, with the least and the most. */
  static String spread(DescriptiveStatistics values) {
    return "**%s** (%s–%s)"
        .formatted(
            number(values.getPercentile(50)), number(values.getMin()), number(values.getMax()));
  }

  /** With three significant digits. */
  static String number(double value) {
    int digits = value <= 0 ? 0 : (int) Math.floor(Math.log10(value));
    return ("%." + Math.clamp(2 - digits, 0, 3) + "f").formatted(value);
  }
}
