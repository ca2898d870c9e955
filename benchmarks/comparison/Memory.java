package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * What processes have in memory, in bytes: proc(5), smaps_rollup.
 *
 * @param proportional of what n processes share, an nth is counted
 * @param unshared of what more than one process has, nothing is counted
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
