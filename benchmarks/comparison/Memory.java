package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The memory of some processes, in bytes: smaps_rollup in proc(5).
 *
 * @param proportional an nth of each page that n processes share
 * @param unshared only pages that no other process has
 */
record Memory(long resident, long proportional, long unshared) {

  static Memory of(List<Long> pids) throws IOException {
    long resident = 0;
    long proportional = 0;
    long unshared = 0;
    for (long pid : pids) {
      List<String> lines = Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup"));
      resident += bytes(lines, "Rss:");
      proportional += bytes(lines, "Pss:");
      unshared += bytes(lines, "Private_Clean:") + bytes(lines, "Private_Dirty:");
    }
    return new Memory(resident, proportional, unshared);
  }

  private static long bytes(List<String> lines, String name) {
    return lines.stream()
        .filter(line -> line.startsWith(name))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .sum();
  }
}
