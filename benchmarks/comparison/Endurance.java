package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Whether one process that is used for long stays as fast and as small as it was. */
final class Endurance {

  private static final List<Integer> FACTORS = List.of(1, 4, 16);
  private static final List<Integer> CONNECTS = List.of(100, 10_000);

  private final Contender contender;
  private final Path programs;
  private final Path directory;
  private final StringBuilder table = new StringBuilder();

  Endurance(Contender contender, Path programs, Path directory) {
    this.contender = contender;
    this.programs = programs;
    this.directory = directory;
  }

  /**
   * @param fewestBytes of the smallest transfer
   */
  void run(long fewestBytes) throws IOException {
    table.append("| done | GB/s | resident, MB | descriptors |\n| --- | ---: | ---: | ---: |\n");
    transfer(fewestBytes);
    connect();
    System.out.print(table);
    Files.writeString(directory.resolve("endurance.md"), table.toString());
  }

  private void transfer(long fewestBytes) throws IOException {
    try (Session session =
        new Session(contender, programs.resolve("command"), directory, programs)) {
      for (int factor : FACTORS) {
        long bytes = factor * fewestBytes;
        double seconds = session.tell("receive 65536 " + bytes)[0];
        double rate = bytes / seconds / 1e9;
        row("%d MB to the client".formatted(bytes / 1_000_000), "%.2f".formatted(rate), session);
      }
    }
  }

  private void connect() throws IOException {
    try (Session session = new Session(contender, Path.of("/bin/cat"), directory, programs)) {
      int done = 0;
      for (int connects : CONNECTS) {
        session.tell("reconnect " + (connects - done));
        done = connects;
        row("%d connects".formatted(connects), "", session);
      }
    }
  }

  private void row(String done, String rate, Session session) throws IOException {
    Usage usage = session.usage();
    table.append(
        "| %s | %s | %.1f | %d |\n"
            .formatted(done, rate, usage.residentBytes() / 1e6, usage.descriptors()));
    System.err.println(done);
  }
}
