package comparison;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;

/**
 * The processor time and the wake-ups of the threads of some processes, between the first sample
 * and the last: proc(5). What a thread does between its last sample and its end is missed.
 */
final class Activity {

  /**
   * @param wakeUps the number of its context switches, voluntary or not
   * @param isMain whether it runs the program's main()
   */
  private record Thread(long cpuNanos, long wakeUps, boolean isMain) {}

  private final Map<Path, Thread> first;
  private final Map<Path, Thread> last = new HashMap<>();

  Activity(List<Long> pids) {
    sample(pids);
    first = Map.copyOf(last);
  }

  void sample(List<Long> pids) {
    for (long pid : pids) {
      Path process = Path.of("/proc/" + pid);
      String name = name(process);
      List<Path> threads = threads(process);
      List<Path> sameName = threads.stream().filter(thread -> name.equals(name(thread))).toList();
      for (Path thread : threads) {
        boolean isFirst = thread.endsWith("" + pid);
        // A VM's first thread only waits for the thread that runs main, which has the same name.
        sample(thread, sameName.contains(thread) && (!isFirst || sameName.size() == 1));
      }
    }
  }

  private static List<Path> threads(Path process) {
    try (Stream<Path> threads = Files.list(process.resolve("task"))) {
      return threads.toList();
    } catch (IOException | UncheckedIOException gone) {
      return List.of();
    }
  }

  private void sample(Path thread, boolean isMain) {
    try {
      long cpuNanos = Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
      long switches =
          Files.readAllLines(thread.resolve("status")).stream()
              .filter(line -> line.contains("ctxt_switches:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
      last.put(thread, new Thread(cpuNanos, switches, isMain));
    } catch (IOException gone) {
      // Its last sample stays.
    }
  }

  private static String name(Path task) {
    try {
      return Files.readString(task.resolve("comm"));
    } catch (IOException gone) {
      return "";
    }
  }

  long cpuNanos() {
    return difference(Thread::cpuNanos, thread -> true);
  }

  long wakeUps() {
    return difference(Thread::wakeUps, thread -> true);
  }

  long wakeUpsOfMain() {
    return difference(Thread::wakeUps, Thread::isMain);
  }

  private long difference(ToLongFunction<Thread> figure, Predicate<Thread> filter) {
    return last.entrySet().stream()
        .filter(thread -> filter.test(thread.getValue()))
        .mapToLong(
            thread ->
                figure.applyAsLong(thread.getValue()) - figure.applyAsLong(before(thread.getKey())))
        .sum();
  }

  private Thread before(Path thread) {
    return first.getOrDefault(thread, new Thread(0, 0, false));
  }
}
