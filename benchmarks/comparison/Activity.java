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
 * What the threads of some processes do, from the first look at them to the last: proc(5). Of a
 * thread that ended meanwhile, what it did after somebody looked is not known.
 */
final class Activity {

  /**
   * @param wakeUps how often it was given a processor, after it slept or was made to wait
   * @param isMain whether it runs the program's main
   */
  private record Thread(long cpuNanos, long wakeUps, boolean isMain) {}

  private final Map<Path, Thread> first;
  private final Map<Path, Thread> last = new HashMap<>();

  Activity(List<Long> pids) {
    look(pids);
    first = Map.copyOf(last);
  }

  void look(List<Long> pids) {
    for (long pid : pids) {
      Path process = Path.of("/proc/" + pid);
      String name = name(process);
      List<Path> threads = threads(process);
      List<Path> namesakes = threads.stream().filter(thread -> name.equals(name(thread))).toList();
      for (Path thread : threads) {
        boolean isFirst = thread.endsWith("" + pid);
        // A VM's first thread only waits for the one that runs main, which has its name.
        look(thread, namesakes.contains(thread) && (!isFirst || namesakes.size() == 1));
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

  private void look(Path thread, boolean isMain) {
    try {
      long cpuNanos = Long.parseLong(Files.readString(thread.resolve("schedstat")).split(" ")[0]);
      long switches =
          Files.readAllLines(thread.resolve("status")).stream()
              .filter(line -> line.contains("ctxt_switches:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
              .sum();
      last.put(thread, new Thread(cpuNanos, switches, isMain));
    } catch (IOException gone) {
      // What it had done when it was last seen stays.
    }
  }

  private static String name(Path of) {
    try {
      return Files.readString(of.resolve("comm"));
    } catch (IOException gone) {
      return "";
    }
  }

  long cpuNanos() {
    return since(Thread::cpuNanos, thread -> true);
  }

  long wakeUps() {
    return since(Thread::wakeUps, thread -> true);
  }

  long wakeUpsOfMain() {
    return since(Thread::wakeUps, Thread::isMain);
  }

  private long since(ToLongFunction<Thread> figure, Predicate<Thread> of) {
    return last.entrySet().stream()
        .filter(thread -> of.test(thread.getValue()))
        .mapToLong(
            thread ->
                figure.applyAsLong(thread.getValue()) - figure.applyAsLong(before(thread.getKey())))
        .sum();
  }

  private Thread before(Path thread) {
    return first.getOrDefault(thread, new Thread(0, 0, false));
  }
}
