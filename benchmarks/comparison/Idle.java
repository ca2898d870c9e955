package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** What a contender uses that has nothing to do, with a client connected if it has clients. */
final class Idle {

  private static final String PROPORTIONAL = "proportional, MB";
  private static final String UNSHARED = "unshared, MB";
  private static final String RESIDENT = "resident, MB";
  private static final String WAKE_UPS = "wake-ups/s";
  private static final String WAKE_UPS_OF_MAIN = "main thread's, /s";
  private static final String CPU = "CPU, ms/min";

  private static final Path COMMAND = Path.of("/bin/cat");

  /** Who has come to rest uses less than a hundredth of a processor for so long. */
  private static final long REST_MILLIS = 500;

  private static final long PATIENCE_SECONDS = 60;
  private static final long BETWEEN_LOOKS_MILLIS = 1000;

  /**
   * @param client what else is to be closed
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
    present = contenders.thatStay().stream().filter(Contender::isInstalled).toList();
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * @param rounds how often memory is measured
   * @param seconds for how long nothing is done
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
    sheet(rounds, seconds).write(directory, "idle");
  }

  /** Alone, so that what it has mapped is shared with no other that is measured. */
  private void measureMemory(Contender contender) throws Exception {
    Idler idler = start(contender);
    try {
      awaitRest(List.of(idler));
      Memory memory = Memory.of(idler.server().pids());
      results.add(idler.name(), PROPORTIONAL, memory.proportional() / 1e6);
      results.add(idler.name(), UNSHARED, memory.unshared() / 1e6);
      results.add(idler.name(), RESIDENT, memory.resident() / 1e6);
    } finally {
      idler.close();
    }
  }

  /** All at once: who does nothing is in nobody's way. */
  private void measureActivity(int seconds) throws Exception {
    List<Idler> idlers = new ArrayList<>();
    try {
      for (Contender contender : present) {
        idlers.add(start(contender));
      }
      awaitRest(idlers);
      Map<Idler, Activity> activities = activities(idlers);
      watch(activities, TimeUnit.SECONDS.toMillis(seconds));
      activities.forEach((idler, activity) -> add(idler, activity, seconds));
    } finally {
      for (Idler idler : idlers) {
        idler.close();
      }
    }
  }

  private static void watch(Map<Idler, Activity> activities, long millis)
      throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
    long left;
    while ((left = end - System.nanoTime()) > 0) {
      TimeUnit.NANOSECONDS.sleep(
          Math.min(left, TimeUnit.MILLISECONDS.toNanos(BETWEEN_LOOKS_MILLIS)));
      activities.forEach((idler, activity) -> activity.look(idler.server().pids()));
    }
    for (Idler idler : activities.keySet()) {
      if (!idler.server().isAlive()) {
        throw new IOException(idler.name() + " did not stay");
      }
    }
  }

  private void add(Idler idler, Activity activity, double seconds) {
    results.add(idler.name(), WAKE_UPS, activity.wakeUps() / seconds);
    results.add(idler.name(), WAKE_UPS_OF_MAIN, activity.wakeUpsOfMain() / seconds);
    results.add(idler.name(), CPU, activity.cpuNanos() / 1e6 * 60 / seconds);
  }

  /** It is at its work when this returns: a byte has gone through it. */
  private Idler start(Contender contender) throws IOException {
    Path place = directory.resolve("idle").resolve("" + present.indexOf(contender));
    Files.createDirectories(place);
    if (!contender.listens()) {
      Running server =
          Running.awaited(
              contender, COMMAND.toRealPath(), place.resolve("socket"), place.resolve("errors"));
      return new Idler(contender.name(), server, () -> {});
    }
    Session session = new Session(contender, COMMAND, place, programs);
    Idler idler = new Idler(contender.name(), session.server(), session);
    try {
      session.tell("echo 1 1");
      return idler;
    } catch (IOException e) {
      session.close();
      throw e;
    }
  }

  private static void awaitRest(List<Idler> idlers) throws IOException, InterruptedException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    Map<Idler, Activity> activities;
    do {
      if (System.nanoTime() > end) {
        throw new IOException("no rest");
      }
      activities = activities(idlers);
      watch(activities, REST_MILLIS);
    } while (activities.values().stream()
        .anyMatch(
            activity -> activity.cpuNanos() > TimeUnit.MILLISECONDS.toNanos(REST_MILLIS) / 100));
  }

  private static Map<Idler, Activity> activities(List<Idler> idlers) {
    Map<Idler, Activity> activities = new LinkedHashMap<>();
    idlers.forEach(idler -> activities.put(idler, new Activity(idler.server().pids())));
    return activities;
  }

  private MarkdownTable sheet(int rounds, int seconds) {
    Map<String, String> commands = new LinkedHashMap<>();
    present.forEach(
        contender ->
            commands.put(
                contender.name(),
                contenders.legible(contender.line().apply(Path.of("s.sock"), Path.of("cat")))));
    String yardstick = Contenders.YARDSTICK;
    return new MarkdownTable(
        results,
        List.of(
            results.spread(PROPORTIONAL),
            results.ratio("of " + yardstick, PROPORTIONAL, yardstick),
            results.spread(UNSHARED),
            results.spread(RESIDENT),
            results.spread(WAKE_UPS),
            results.spread(WAKE_UPS_OF_MAIN),
            results.spread(CPU)),
        contenders.thatStay().stream()
            .filter(contender -> !contender.isInstalled())
            .map(Contender::name)
            .toList(),
        "memory in %d rounds, wake-ups and CPU in %d seconds".formatted(rounds, seconds),
        commands);
  }
}
