package jmh;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** Connects, sends one byte through cat and back, and disconnects, repeatedly. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class Connect {

  @Param public Design design;

  private Bench bench;

  @Setup
  public void start() throws Exception {
    bench = new Bench(design, "cat");
  }

  /** Retries: a design that has not yet noticed the previous disconnect rejects the connection. */
  @Benchmark
  public void reconnect() {
    do {
      bench.client().close();
      bench.client().connect();
    } while (!bench.client().send(1, 1) || !bench.client().receive(1));
  }

  @TearDown
  public void stop() throws Exception {
    bench.close();
  }
}
