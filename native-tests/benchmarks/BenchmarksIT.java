package benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Isolated;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import support.Tool;

/** Every benchmark runs; how fast is not looked at. */
@Timeout(300)
@Isolated("the benchmarks fork this process, beside support.Forks")
class BenchmarksIT {

  private static final Set<String> ALL =
      Set.of(
          "jmh.Call.bare",
          "jmh.Call.downcall",
          "jmh.Connect.reconnect",
          "jmh.Echo.echo",
          "jmh.Start.launcher",
          "jmh.Start.posixSpawn",
          "jmh.Start.processBuilder",
          "jmh.ThroughCat.receive",
          "jmh.ToClient.receive",
          "jmh.ToClients.receive",
          "jmh.ToCommand.send");

  private static final int DESIGNS = 3;
  private static final int WITH_DESIGNS = 6;

  @Test
  void allAreInTheList() throws Exception {
    Set<String> names =
        BenchmarkList.defaultList().find(null, List.of(".*"), List.of()).stream()
            .map(entry -> entry.getUsername())
            .collect(Collectors.toCollection(TreeSet::new));
    assertEquals(new TreeSet<>(ALL), names);
  }

  @Test
  void eachRuns() throws Exception {
    Tool.require("cc", "gcc");
    ChainedOptionsBuilder options =
        new OptionsBuilder()
            .param("size", "4096")
            .param("clients", "4")
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(50))
            .timeout(TimeValue.seconds(30))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT);
    Collection<RunResult> results = new Runner(options.build()).run();
    assertEquals(ALL.size() - WITH_DESIGNS + WITH_DESIGNS * DESIGNS, results.size());
    for (RunResult result : results) {
      assertTrue(result.getPrimaryResult().getScore() > 0, result.getParams().id());
    }
  }
}
