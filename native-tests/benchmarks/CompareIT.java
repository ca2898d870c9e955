package benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import rig.Run;
import rig.Tool;

/** That whole programs can be compared; not how they compare. */
@Timeout(300)
class CompareIT {

  private static final List<String> LITTLE =
      List.of("--rounds", "1", "--megabytes", "0.05", "--echoes", "100", "--connects", "5");

  private static final List<String> ALL =
      List.of("iosock", "threads", "virtual threads", "socat", "ncat", "splice relay", "no relay");

  @TempDir Path directory;

  @Test
  void allAreCompared() throws Exception {
    Tool.require("cc", "gcc");
    Tool.require("socat", "socat");
    Tool.require("ncat", "ncat");
    Tool.require("gnuplot", "gnuplot-nox");
    assertEquals(0, compare(LITTLE).exitCode());
    String table = written("comparison.md");
    String head = "|  | " + String.join(" | ", ALL) + " |\n";
    assertTrue(table.startsWith(head), table);
    assertEquals(ALL, List.copyOf(rates(written("comparison.json")).keySet()));
    String chart = written("comparison.svg");
    assertTrue(ALL.stream().allMatch(chart::contains), chart);
  }

  @Test
  void whoIsNotInstalledIsNamed() throws Exception {
    Tool.require("cc", "gcc");
    assertEquals(new Run(0, ""), Run.of(directory, "mkdir", "bin"));
    assertEquals(
        new Run(0, ""), Run.of(directory, "sh", "-c", "ln -s /usr/bin/[!sn]* /bin/sh bin/"));
    List<String> arguments = new ArrayList<>(List.of("env", "PATH=" + directory.resolve("bin")));
    arguments.addAll(command(LITTLE));
    Run run = Run.of(directory, arguments.toArray(String[]::new));
    assertTrue(run.output().contains("Not installed: socat, ncat.\n"), run.output());
  }

  @Test
  void whatLastsIsMeasured() throws Exception {
    Tool.require("cc", "gcc");
    Run run = compare(List.of("--endurance", "--megabytes", "1"));
    assertEquals(0, run.exitCode(), run.output());
    List<String> rows = written("endurance.md").lines().toList();
    assertEquals(7, rows.size(), rows.toString());
    // The descriptors are exact: after 10,000 connects there are as many as after 100.
    assertEquals(last(rows.get(5)), last(rows.get(6)));
  }

  private static String last(String row) {
    return row.replaceAll(".*\\| (\\d+) \\|", "$1");
  }

  @Test
  void aWrongOptionIsRefused() throws Exception {
    assertEquals(
        new Run(2, "compare: round is not a recognized option\n"),
        compare(List.of("--round", "1")));
    assertEquals(new Run(2, "compare: what is all?\n"), compare(List.of("all")));
  }

  private String written(String name) throws IOException {
    return Files.readString(directory.resolve("out").resolve(name));
  }

  private static Map<?, ?> rates(String json) throws IOException {
    Map<?, ?> results = (Map<?, ?>) JSON.std.mapFrom(json).get("results");
    return (Map<?, ?>) ((Map<?, ?>) results.get("child to client")).get("GB/s");
  }

  private Run compare(List<String> arguments) throws IOException, InterruptedException {
    return Run.of(directory, command(arguments).toArray(String[]::new));
  }

  private List<String> command(List<String> arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "comparison.Main",
                "--project",
                Path.of("").toAbsolutePath().toString(),
                "--output",
                directory.resolve("out").toString()));
    line.addAll(arguments);
    return line;
  }
}
