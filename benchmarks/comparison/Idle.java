package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Memory, wake-ups and CPU of idle contenders, with a client connected if it has clients. */
final class Idle {

  private static final String PROPORTIONAL = "proportional, MB";
  private static final String UNSHARED = "unshared, MB";
  private static final String RESIDENT = "resident, MB";
  private static final String WAKE_UPS = "wake-ups/s";
  private static final String WAKE_UPS_OF_MAIN = "main thread's, /s";
  private static final String CPU = "CPU, ms/min";

  private static final Path COMMAND = Path.of("/bin/cat");

  /** A contender is idle that uses less than a hundredth of a processor for so long. */
  private static final long IDLE_MILLIS = 500;

  private static final long TIMEOUT_SECONDS = 60;
  private static final long SAMPLE_INTERVAL_MILLIS = 1000;

  /**
   * @param client closed together with the server
   */
  private record Idler(String name, Running server, AutoCloseable client) {

    void close() throws Exception {
      server.close();
      client.close();
    }
  }

  private final Contenders contenders;
  private final List<Contender> present;
  private final Path programs;
  private final Path directory;
  private final RawResults results = new RawResults();

  /**
   * @param programs where the compiled C programs are
   * @param directory for sockets and results
   */
  Idle(Contenders contenders, Path programs, Path directory) {
    this.contenders = contenders;
    present = contenders.forIdle().stream().filter(Contender::isInstalled).toList();
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * @param rounds the number of measurements of memory
   * @param seconds how long wake-ups and CPU are counted
   */
  void run(int rounds, int seconds) throws Exception {
    for (int round = 1; round <= rounds; round++) {
      for (Contender contender : present) {
        System.err.printf("round %d of %d: memory: %s%n", round, rounds, contender.name());
        measureMemory(contender);
      }
    }
    System.err.printf("all idle for %d seconds%n", seconds);
    measureActivity(seconds);
    table(rounds, seconds).write(directory, "idle");
  }

  /** One contender at a time, so that no other one shares the files that it has mapped. */
  private void measureMemory(Contender contender) throws Exception {
    Idler idler = start(contender);
    try {
      awaitIdle(List.of(idler));
      Memory memory = Memory.of(idler.server().pids());
      results.add(idler.name(), PROPORTIONAL, memory.proportional() / 1e6);
      results.add(idler.name(), UNSHARED, memory.unshared() / 1e6);
      results.add(idler.name(), RESIDENT, memory.resident() / 1e6);
    } finally {
      idler.close();
    }
  }

  /** All at once: idle programs do not disturb one another. */
  private void measureActivity(int seconds) throws Exception {
    List<Idler> idlers = new ArrayList<>();
    try {
      for (Contender contender : present) {
        idlers.add(start(contender));
      }
      awaitIdle(idlers);
      Map<Idler, Activity> activities = activities(idlers);
      sample(activities, TimeUnit.SECONDS.toMillis(seconds));
      activities.forEach((idler, activity) -> add(idler, activity, seconds));
    } finally {
      for (Idler idler : idlers) {
        idler.close();
      }
    }
  }

  private static void sample(Map<Idler, Activity> activities, long millis)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      TimeUnit.NANOSECONDS.sleep(
          Math.min(left, TimeUnit.MILLISECONDS.toNanos(SAMPLE_INTERVAL_MILLIS)));
      activities.forEach((idler, activity) -> activity.sample(idler.server().pids()));
    }
    for (Idler idler : activities.keySet()) {
      if (!idler.server().isAlive()) {
        throw new IOException(idler.name() + " has exited");
      }
    }
  }

  private void add(Idler idler, Activity activity, double seconds) {
    results.add(idler.name(), WAKE_UPS, activity.wakeUps() / seconds);
    results.add(idler.name(), WAKE_UPS_OF_MAIN, activity.wakeUpsOfMain() / seconds);
    results.add(idler.name(), CPU, activity.cpuNanos() / 1e6 * 60 / seconds);
  }

  /** Starts a contender; on return a byte has been echoed through it. */
  private Idler start(Contender contender) throws IOException {
    Path ownDirectory = directory.resolve("idle").resolve("" + present.indexOf(contender));
    Files.createDirectories(ownDirectory);
    if (!contender.listens()) {
      Running server =
          Running.startedAndEchoing(
              contender,
              COMMAND.toRealPath(),
              ownDirectory.resolve("socket"),
              ownDirectory.resolve("errors"));
      return new Idler(contender.name(), server, () -> {});
    }
    Session session = new Session(contender, COMMAND, ownDirectory, programs, Placement.FREE);
    Idler idler = new Idler(contender.name(), session.server(), session);
    try {
      session.request("echo 1 1");
      return idler;
    } catch (IOException e) {
      session.close();
      throw e;
    }
  }

  private static void awaitIdle(List<Idler> idlers) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_SECONDS);
    Map<Idler, Activity> activities;
    do {
      if (System.nanoTime() > end) {
        throw new IOException("the contenders do not become idle");
      }
      activities = activities(idlers);
      sample(activities, IDLE_MILLIS);
    } while (activities.values().stream()
        .anyMatch(
            activity -> activity.cpuNanos() > TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS) / 100));
  }

  private static Map<Idler, Activity> activities(List<Idler> idlers) {
    Map<Idler, Activity> activities = new LinkedHashMap<>();
    idlers.forEach(idler -> activities.put(idler, new Activity(idler.server().pids())));
    return activities;
  }

  private MarkdownTable table(int rounds, int seconds) {
    Map<String, String> commands = new LinkedHashMap<>();
    present.forEach(
        contender ->
            commands.put(
                contender.name(),
                contenders.typed(contender.line().apply(Path.of("s.sock"), Path.of("cat")))));
    String reference = Contenders.REFERENCE;
    return new MarkdownTable(
        results,
        List.of(
            results.spread(PROPORTIONAL),
            results.ratio("of " + reference, PROPORTIONAL, reference),
            results.spread(UNSHARED),
            results.spread(RESIDENT),
            results.spread(WAKE_UPS),
            results.spread(WAKE_UPS_OF_MAIN),
            results.spread(CPU)),
        contenders.forIdle().stream()
            .filter(contender -> !contender.isInstalled())
            .map(Contender::name)
            .toList(),
        "memory in %d rounds, wake-ups and CPU in %d seconds".formatted(rounds, seconds),
        commands);
  }
}
