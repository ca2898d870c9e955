package jmh;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A client sends {@code size} bytes at a time and receives them back from cat at the same time: an
 * operation is one MiB in both directions.
 */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ThroughCat {

  private static final int MIB = 1 << 20;

  /** MiB for each wake-up of the sender, so that its cost does not show. */
  private static final int AT_ONCE = 16;

  @Param public Design design;

  @Param({"64", "4096", "65536", "1048576"})
  public int size;

  private final Semaphore turn = new Semaphore(0);
  private Bench bench;
  private Thread sender;

  @Setup
  public void start() throws Exception {
    bench = new Bench(design, "cat");
    sender = Thread.ofPlatform().daemon().start(this::send);
  }

  private void send() {
    Client own = bench.client().twin();
    do {
      turn.acquireUninterruptibly();
    } while (!Thread.currentThread().isInterrupted() && own.send(AT_ONCE * MIB, size));
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public boolean receive() {
    turn.release();
    return bench.client().receive(AT_ONCE * MIB);
  }

  @TearDown
  public void stop() throws Exception {
    sender.interrupt();
    turn.release();
    sender.join();
    bench.close();
  }
}
