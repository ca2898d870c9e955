package comparison;

/** A measured quantity, with its unit. */
enum Figure {
  RATE("GB/s"),
  CPU("CPU s/GB"),
  P50("p50 µs"),
  P99("p99 µs"),
  P999("p99.9 µs"),
  CONNECTS("connects/s");

  final String unit;

  Figure(String unit) {
    this.unit = unit;
  }
}
