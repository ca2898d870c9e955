package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Whether one process stays as small and as fast after many connects and bytes. */
final class Endurance {

  private static final List<Integer> CONNECTS = List.of(100, 1000, 10_000, 20_000);
  private static final int TRANSFERS = 5;
  private static final int BLOCK = 1 << 16;

  private final List<Contender> contenders;
  private final Path programs;
  private final Path directory;
  private final StringBuilder table = new StringBuilder();

  Endurance(List<Contender> contenders, Path programs, Path directory) {
    this.contenders = contenders;
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * @param bytes the size of each transfer
   */
  void run(long bytes) throws IOException {
    table.append("| | done | GB/s | resident, MB | of that after the first connects ");
    table.append("| proportional, MB | descriptors |\n");
    table.append("| --- | --- | ---: | ---: | ---: | ---: | ---: |\n");
    for (Contender contender : contenders) {
      use(contender, bytes);
    }
    table.append("\n%s.\n".formatted(Machine.described()));
    System.out.print(table);
    Files.writeString(directory.resolve("endurance.md"), table.toString());
  }

  private void use(Contender contender, long bytes) throws IOException {
    try (Session session =
        new Session(contender, Path.of("/bin/cat"), directory, programs, Placement.FREE)) {
      int connects = 0;
      long first = 0;
      for (int next : CONNECTS) {
        session.request("reconnect " + (next - connects));
        connects = next;
        first = first == 0 ? Memory.of(session.server().pids()).resident() : first;
        row(contender, "%d connects".formatted(connects), "", first, session);
      }
      for (int transfer = 1; transfer <= TRANSFERS; transfer++) {
        double seconds = session.request("both %d %d".formatted(BLOCK, bytes))[0];
        String done = "and %.0f MB through cat and back".formatted(transfer * bytes / 1e6);
        row(contender, done, "%.2f".formatted(bytes / seconds / 1e9), first, session);
      }
    }
  }

  /**
   * @param first the resident memory after the first connects, in bytes
   */
  private void row(Contender contender, String done, String rate, long first, Session session)
      throws IOException {
    List<Long> pids = session.server().pids();
    Memory memory = Memory.of(pids);
    table.append(
        "| %s | %s | %s | %.1f | %.2f | %.1f | %d |\n"
            .formatted(
                contender.name(),
                done,
                rate,
                memory.resident() / 1e6,
                (double) memory.resident() / first,
                memory.proportional() / 1e6,
                descriptors(pids)));
    System.err.println(contender.name() + ": " + done);
  }

  private static long descriptors(List<Long> pids) throws IOException {
    long count = 0;
    for (long pid : pids) {
      try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
        count += descriptors.count();
      }
    }
    return count;
  }
}
