package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What processes use: proc(5).
 *
 * @param cpuNanos of all their threads that still live
 * @param residentBytes of all their memory
 */
record Usage(long cpuNanos, long residentBytes, long descriptors) {

  static final Usage NONE = new Usage(0, 0, 0);

  /** Nothing if there is no such process any more. */
  static Usage of(long pid) throws IOException {
    Path process = Path.of("/proc", Long.toString(pid));
    try {
      long cpu = 0;
      for (Path thread : list(process.resolve("task"))) {
        cpu += Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
      }
      return new Usage(cpu, resident(process), list(process.resolve("fd")).size());
    } catch (NoSuchFileException e) {
      return NONE;
    }
  }

  private static long resident(Path process) throws IOException {
    return Files.readAllLines(process.resolve("status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }

  private static List<Path> list(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      return entries.toList();
    }
  }

  Usage plus(Usage other) {
    return new Usage(
        cpuNanos + other.cpuNanos,
        residentBytes + other.residentBytes,
        descriptors + other.descriptors);
  }
}
