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

/** The distribution of the time in which {@code size} bytes go through cat and back. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.SampleTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Echo {

  @Param public Design design;

  @Param({"1", "64", "4096"})
  public int size;

  private Bench bench;

  @Setup
  public void start() throws Exception {
    bench = new Bench(design, "cat");
  }

  @Benchmark
  public boolean echo() {
    return bench.client().send(size, size) && bench.client().receive(size);
  }

  @TearDown
  public void stop() throws Exception {
    bench.close();
  }
}
