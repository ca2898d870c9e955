package benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** The start of whole programs is measured; how long it takes is not looked at. */
@Timeout(300)
class StartIT {

  private static final List<String> WITH_A_SOCKET =
      List.of(
          "iosock",
          "iosock, jar",
          "iosock, jar with AOT cache",
          "threads",
          "virtual threads",
          "splice relay",
          "socat");

  private static final List<String> ALL =
      List.of(
          "hello world",
          "iosock",
          "iosock, jar",
          "iosock, jar with AOT cache",
          "threads",
          "virtual threads",
          "splice relay",
          "socat",
          "dtach",
          "tini",
          "dumb-init",
          "no wrapper");

  @TempDir Path directory;

  @Test
  void allAreMeasuredInEachRound() throws Exception {
    Tool.require("cc", "gcc");
    for (String tool : List.of("socat", "dtach", "tini", "dumb-init")) {
      Tool.require(tool, tool);
    }
    Compare compare = new Compare(directory);
    Run run = compare.run("--start", "--rounds", "2");
    assertEquals(0, run.exitCode(), run.output());
    String text = compare.written("start.md");
    assertTrue(run.output().endsWith(text), run.output());
    assertEquals(ALL, Rows.of(text).column(0));
    assertEquals("1.00", Rows.of(text).column(2).getFirst());
    Map<?, ?> results = (Map<?, ?>) compare.json("start.json").get("results");
    assertEquals(ALL, List.copyOf(results.keySet()));
    for (String name : ALL) {
      Map<?, ?> figures = (Map<?, ?>) results.get(name);
      assertMeasured(figures, "whole run, ms");
      assertMeasured(figures, "CPU, ms");
      assertMeasured(figures, "most resident, MB");
      assertEquals(WITH_A_SOCKET.contains(name), figures.containsKey("listens, ms"), name);
    }
    for (String name : WITH_A_SOCKET) {
      assertMeasured((Map<?, ?>) results.get(name), "first echo, ms");
    }
  }

  private static void assertMeasured(Map<?, ?> figures, String figure) {
    List<?> values = (List<?>) figures.get(figure);
    assertEquals(2, values.size(), figure);
    assertTrue(values.stream().allMatch(value -> ((Number) value).doubleValue() > 0), figure);
  }

  @Test
  void programsThatAreNotInstalledAreNamed() throws Exception {
    Tool.require("cc", "gcc");
    List<String> missing = List.of("socat", "dtach", "tini", "dumb-init");
    Run run = new Compare(directory).runWithout(missing, "--start", "--rounds", "1");
    assertEquals(0, run.exitCode(), run.output());
    String absent = "Not installed: %s.\n".formatted(String.join(", ", missing));
    assertTrue(run.output().contains(absent), run.output());
  }

  @Test
  void aProgramThatFailsIsAnError() throws Exception {
    Tool.require("cc", "gcc");
    Run run = new Compare(directory).runWith("tini", "exit 3\n", "--start", "--rounds", "1");
    assertEquals(1, run.exitCode(), run.output());
    assertTrue(run.output().contains("tini ended with 3"), run.output());
  }
}
