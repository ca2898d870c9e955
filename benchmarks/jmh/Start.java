package jmh;

import iosock.child.CommandNotRun;
import iosock.child.Launcher;
import iosock.child.Stdio;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.CallTable;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PosixSpawn;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** Starting a program that ends at once, and waiting for its end. */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class Start {

  private static final List<String> COMMAND = List.of("/bin/true");

  private final Libc libc = new Libc();
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);
  private final Launcher launcher =
      new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc));
  private final List<byte[]> argv = COMMAND.stream().map(Ascii::bytes).toList();
  private final PosixSpawn posixSpawn = new PosixSpawn(argv);

  /** The child has its parent's stdio, as with the others. */
  private final Stdio inherited =
      new Stdio() {
        @Override
        public void addChildCalls(CallTable calls) {}

        @Override
        public void closeChildEnds() {}
      };

  @Benchmark
  public int launcher() throws CommandNotRun {
    return libc.waitpid(launcher.start(argv, inherited).pid(), status, 0);
  }

  @Benchmark
  public int posixSpawn() {
    return libc.waitpid(posixSpawn.spawn(), status, 0);
  }

  @Benchmark
  public int processBuilder() throws IOException, InterruptedException {
    return new ProcessBuilder(COMMAND).inheritIO().start().waitFor();
  }
}
