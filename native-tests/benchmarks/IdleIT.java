package benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import support.Run;
import support.Tool;

/** The use of idle programs is measured; how much that is, is not looked at. */
@Tag("long")
@Timeout(300)
@Isolated("waits until every program is idle, and counts wake-ups")
class IdleIT {

  private static final List<String> ALL =
      List.of(
          "hello world",
          "iosock",
          "iosock, jar",
          "threads",
          "virtual threads",
          "splice relay",
          "socat",
          "tini",
          "dumb-init");

  @TempDir Path directory;

  @Test
  void allAreMeasured() throws Exception {
    Tool.require("cc", "gcc");
    for (String tool : List.of("socat", "tini", "dumb-init")) {
      Tool.require(tool, tool);
    }
    Compare compare = new Compare(directory);
    Run run = compare.run("--idle", "--rounds", "1", "--seconds", "2");
    assertEquals(0, run.exitCode(), run.output());
    String text = compare.written("idle.md");
    assertTrue(run.output().endsWith(text), run.output());
    assertEquals(ALL, Rows.of(text).column(0));
    assertEquals("1.00", Rows.of(text).column(2).getFirst());
    Map<?, ?> results = (Map<?, ?>) compare.json("idle.json").get("results");
    for (String name : ALL) {
      Map<?, ?> figures = (Map<?, ?>) results.get(name);
      double proportional = figure(figures, "proportional, MB");
      double unshared = figure(figures, "unshared, MB");
      assertTrue(unshared > 0 && unshared <= proportional, name + ": " + figures);
      assertTrue(proportional <= figure(figures, "resident, MB"), name + ": " + figures);
      double wakeUps = figure(figures, "wake-ups/s");
      assertTrue(figure(figures, "main thread's, /s") <= wakeUps, name + ": " + figures);
    }
    // tini wakes up once a second, and has one thread.
    Map<?, ?> tini = (Map<?, ?>) results.get("tini");
    assertTrue(figure(tini, "wake-ups/s") > 0, tini.toString());
    assertEquals(figure(tini, "wake-ups/s"), figure(tini, "main thread's, /s"));
    assertFalse(Files.exists(directory.resolve("out/jdk")));
  }

  private static double figure(Map<?, ?> figures, String name) {
    return ((Number) ((List<?>) figures.get(name)).getFirst()).doubleValue();
  }

  @Test
  void programsThatAreNotInstalledAreNamed() throws Exception {
    Tool.require("cc", "gcc");
    List<String> missing = List.of("socat", "tini", "dumb-init");
    Run run =
        new Compare(directory)
            .runWithout(missing, "--idle", "--shared-jdk", "--rounds", "1", "--seconds", "1");
    assertEquals(0, run.exitCode(), run.output());
    String absent = "Not installed: %s.\n".formatted(String.join(", ", missing));
    assertTrue(run.output().contains(absent), run.output());
  }

  @Test
  void aProgramThatEndsIsAnError() throws Exception {
    Tool.require("cc", "gcc");
    String once = "head -c1 >/dev/null\necho x\n";
    Run run =
        new Compare(directory)
            .runWith("tini", once, "--idle", "--shared-jdk", "--rounds", "1", "--seconds", "1");
    assertEquals(1, run.exitCode(), run.output());
    assertTrue(run.output().contains("tini has exited"), run.output());
  }
}
