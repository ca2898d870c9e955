package comparison;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** The time of a whole run of a command that does nothing, and until a socket is there. */
final class Start {

  private static final String WHOLE = "whole run, ms";
  private static final String CPU = "CPU, ms";
  private static final String RESIDENT = "most resident, MB";
  private static final String LISTENS = "listens, ms";
  private static final String ECHOES = "first echo, ms";

  private final Contenders contenders;
  private final Path launch;
  private final Path directory;
  private final RawResults results = new RawResults();

  /**
   * @param programs where the compiled C programs are
   * @param directory for the socket and the results
   */
  Start(Contenders contenders, Path programs, Path directory) {
    this.contenders = contenders;
    this.launch = programs.resolve("launch");
    this.directory = directory;
  }

  void run(int rounds) throws IOException, InterruptedException {
    List<Contender> ending = installed(contenders.forStart());
    List<Contender> listening = installed(contenders.forListening());
    makeCache();
    // The first round fills the page cache, and is not counted.
    for (int round = 0; round <= rounds; round++) {
      System.err.printf("round %d of %d%n", round, rounds);
      for (Contender contender : ending) {
        runWhole(contender, round > 0);
      }
      for (Contender contender : listening) {
        connect(contender, round > 0);
      }
    }
    table(rounds, commands(ending, listening)).write(directory, "start");
  }

  private void makeCache() throws IOException, InterruptedException {
    List<String> line = contenders.makeCache();
    Process process =
        new ProcessBuilder(line)
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.INHERIT)
            .start();
    if (process.waitFor() != 0) {
      throw new IOException("cannot make the cache by " + String.join(" ", line));
    }
  }

  private static List<Contender> installed(List<Contender> all) {
    return all.stream().filter(Contender::isInstalled).toList();
  }

  private void runWhole(Contender contender, boolean counts)
      throws IOException, InterruptedException {
    double[] measured = launch(contender.line().apply(freeSocket(), Path.of("true")));
    if (measured[4] != contender.exitCode()) {
      throw new IOException("%s ended with %.0f".formatted(contender.name(), measured[4]));
    }
    if (counts) {
      results.add(contender.name(), WHOLE, measured[0] * 1e3);
      results.add(contender.name(), CPU, (measured[1] + measured[2]) * 1e3);
      results.add(contender.name(), RESIDENT, measured[3] * 1024 / 1e6);
    }
  }

  private void connect(Contender contender, boolean counts)
      throws IOException, InterruptedException {
    Path socket = freeSocket();
    List<String> line = new ArrayList<>(List.of("-l", socket.toString()));
    line.addAll(contender.line().apply(socket, Path.of("cat")));
    double[] measured = launch(line);
    if (counts) {
      results.add(contender.name(), LISTENS, measured[0] * 1e3);
      results.add(contender.name(), ECHOES, measured[1] * 1e3);
    }
  }

  private Path freeSocket() throws IOException {
    Path socket = directory.resolve("socket");
    Files.deleteIfExists(socket);
    return socket;
  }

  private double[] launch(List<String> line) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(Stream.concat(Stream.of(launch.toString()), line.stream()).toList())
            .redirectError(Redirect.INHERIT)
            .start();
    String measured = new String(process.getInputStream().readAllBytes());
    if (process.waitFor() != 0) {
      throw new IOException("cannot launch " + String.join(" ", line));
    }
    return Stream.of(measured.strip().split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  private MarkdownTable table(int rounds, Map<String, String> commands) {
    return new MarkdownTable(
        results,
        List.of(
            results.spread(WHOLE),
            results.ratio("of " + Contenders.REFERENCE, WHOLE, Contenders.REFERENCE),
            results.ratioWithinRounds("in the same round", WHOLE, Contenders.REFERENCE),
            results.spread(CPU),
            results.spread(RESIDENT),
            results.spread(LISTENS),
            results.spread(ECHOES)),
        contenders.forStart().stream()
            .filter(contender -> !contender.isInstalled())
            .map(Contender::name)
            .toList(),
        rounds + " rounds after one that does not count",
        commands);
  }

  private Map<String, String> commands(List<Contender> ending, List<Contender> listening) {
    Map<String, String> commands = new LinkedHashMap<>();
    commands.put("once, for the AOT cache", contenders.typed(contenders.makeCache()));
    ending.forEach(contender -> commands.put(contender.name(), line(contender, "true")));
    for (Contender contender : listening) {
      String line = line(contender, "cat");
      // Most contenders have the same command line for both.
      if (!line.replace(" cat", " true").equals(commands.get(contender.name()))) {
        commands.put(contender.name() + ", to listen", line);
      }
    }
    return commands;
  }

  private String line(Contender contender, String command) {
    return contenders.typed(contender.line().apply(Path.of("s.sock"), Path.of(command)));
  }
}
