package benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** Whole programs are compared; their figures are not looked at. */
@Tag("long")
@Timeout(300)
class CompareIT {

  private static final String[] SMALL = {
    "--rounds", "1", "--megabytes", "0.05", "--echoes", "100", "--connects", "5"
  };

  private static final List<String> ALL =
      List.of("iosock", "threads", "virtual threads", "socat", "ncat", "splice relay", "no relay");

  /** Those that serve several clients. */
  private static final List<String> SEVERAL =
      List.of("iosock", "threads", "virtual threads", "copying relay", "tee relay");

  @TempDir Path directory;

  @Test
  void allAreCompared() throws Exception {
    Tool.require("cc", "gcc");
    Tool.require("socat", "socat");
    Tool.require("ncat", "ncat");
    Tool.require("gnuplot", "gnuplot-nox");
    Compare compare = new Compare(directory);
    assertEquals(0, compare.run(SMALL).exitCode());
    String table = compare.written("comparison.md");
    String head = "|  | " + String.join(" | ", ALL) + " |\n";
    assertTrue(table.startsWith(head), table);
    Set<?> measured = rates(compare.json("comparison.json"), "child to client").keySet();
    assertEquals(ALL, List.copyOf(measured));
    String chart = compare.written("comparison.svg");
    assertTrue(ALL.stream().allMatch(chart::contains), chart);
  }

  @Test
  void relaysOfSeveralClientsAreCompared() throws Exception {
    Tool.require("cc", "gcc");
    Tool.require("gnuplot", "gnuplot-nox");
    Tool.require("taskset", "util-linux");
    Compare compare = new Compare(directory);
    Run run = compare.run(with("--receivers", "--pinned"));
    assertEquals(0, run.exitCode(), run.output());
    List<String> one = joined(SEVERAL, List.of("iosock without -c", "splice relay"));
    String table = compare.written("receivers.md");
    assertTrue(table.startsWith("|  | " + String.join(" | ", one) + " |\n"), table);
    String placement = ", contender and command on processor 0, clients on 1.\n";
    assertTrue(table.contains(placement), table);
    Map<String, Object> json = compare.json("receivers.json");
    assertEquals(one, List.copyOf(rates(json, "to 1 client").keySet()));
    for (String work : List.of("to 2 clients", "to 4 clients", "to 8 clients")) {
      assertEquals(SEVERAL, List.copyOf(rates(json, work).keySet()));
    }
    String chart = compare.written("receivers.svg");
    assertTrue(one.stream().allMatch(chart::contains), chart);
  }

  @Test
  void optionsAreCompared() throws Exception {
    Tool.require("cc", "gcc");
    Compare compare = new Compare(directory);
    Run run = compare.run(with("--options"));
    assertEquals(0, run.exitCode(), run.output());
    String table = compare.written("options.md");
    String head = "|  | iosock | iosock -c 8 | iosock -r 64K | iosock -t |\n";
    assertTrue(table.startsWith(head), table);
    assertEquals(4, rates(compare.json("options.json"), "through cat and back").size());
  }

  private static String[] with(String... options) {
    return joined(List.of(options), List.of(SMALL)).toArray(String[]::new);
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.of(first, second).flatMap(List::stream).toList();
  }

  @Test
  void programsThatAreNotInstalledAreNamed() throws Exception {
    Tool.require("cc", "gcc");
    Run run =
        new Compare(directory)
            .runWithout(List.of("socat", "ncat"), "--rounds", "1", "--works", "^none$");
    assertTrue(run.output().contains("Not installed: socat, ncat.\n"), run.output());
  }

  @Test
  void aProgramThatExitsIsAnError() throws Exception {
    Tool.require("cc", "gcc");
    Run run = new Compare(directory).runWith("ncat", "exit 3\n", SMALL);
    assertEquals(1, run.exitCode(), run.output());
    assertTrue(run.output().contains("IOException: ncat has exited: see "), run.output());
  }

  @Test
  void enduranceIsMeasured() throws Exception {
    Tool.require("cc", "gcc");
    Compare compare = new Compare(directory);
    Run run = compare.run("--endurance", "--megabytes", "1", "--shared-jdk");
    assertEquals(0, run.exitCode(), run.output());
    Rows rows = Rows.of(compare.written("endurance.md"));
    List<String> done =
        List.of(
            "100 connects",
            "1000 connects",
            "10000 connects",
            "20000 connects",
            "and 1 MB through cat and back",
            "and 2 MB through cat and back",
            "and 3 MB through cat and back",
            "and 4 MB through cat and back",
            "and 5 MB through cat and back");
    for (String name : List.of("iosock", "iosock, jar")) {
      Rows its = new Rows(rows.cells().stream().filter(row -> row.contains(name)).toList());
      assertEquals(done, its.column(1));
      // As many descriptors are open in the end as at first.
      assertEquals(1, Set.copyOf(its.column(6)).size(), its.toString());
    }
  }

  @Test
  void wrongOptionsAreRefused() throws Exception {
    Compare compare = new Compare(directory);
    assertEquals(
        new Run(2, "compare: round is not a recognized option\n"), compare.run("--round", "1"));
    assertEquals(new Run(2, "compare: unexpected argument: all\n"), compare.run("all"));
    assertEquals(new Run(2, "compare: rounds: at least 1\n"), compare.run("--rounds", "0"));
    assertEquals(
        new Run(2, "compare: seconds: at least 1\n"), compare.run("--idle", "--seconds", "0"));
    for (String other : List.of("--idle", "--receivers", "--options", "--variants", "--pinned")) {
      Run both = compare.run("--start", other);
      assertEquals(2, both.exitCode());
      assertTrue(both.output().startsWith("compare: Option(s) "), both.output());
    }
  }

  private static Map<?, ?> rates(Map<String, Object> json, String work) {
    Map<?, ?> results = (Map<?, ?>) json.get("results");
    return (Map<?, ?>) ((Map<?, ?>) results.get(work)).get("GB/s");
  }
}
