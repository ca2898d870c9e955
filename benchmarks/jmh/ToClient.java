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

/** A command writes {@code size} bytes at a time to a client: an operation is one MiB. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ToClient {

  private static final int MIB = 1 << 20;

  @Param public Design design;

  @Param({"64", "4096", "65536", "1048576"})
  public int size;

  private Bench bench;

  @Setup
  public void start() throws Exception {
    // It starts once there is a client: no output must go to stdout.
    String script = "read go; exec dd if=/dev/zero status=none bs=" + size;
    bench = new Bench(design, "sh", "-c", script);
    bench.client().sendLine();
  }

  @Benchmark
  public boolean receive() {
    return bench.client().receive(MIB);
  }

  @TearDown
  public void stop() throws Exception {
    bench.close();
  }
}
