package jmh;

import iosock.flow.Pipe;
import iosock.posix.CompiledFunction;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import programs.Programs;

/** One poll(2) of a descriptor that is not ready: as iosock calls it, and in a loop in C. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
public class Call {

  /** So many that the call of the loop itself does not matter. */
  private static final int POLLS = 10_000;

  private final Libc libc = new Libc();
  private final PollSet set = PollSet.of(new Watch(Pipe.open(libc).readEnd()), PollSet.POLLIN);
  private CompiledFunction polls;

  @Setup
  public void prepare() throws Exception {
    Path directory = Files.createTempDirectory("iosock");
    polls = new CompiledFunction(Programs.compileLibrary(directory, "polls"), "polls");
  }

  @Benchmark
  public int downcall() {
    return set.poll(libc, 0);
  }

  @Benchmark
  @OperationsPerInvocation(POLLS)
  public long bare() {
    return polls.call(set, POLLS);
  }
}
