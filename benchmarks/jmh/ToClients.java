package jmh;

import java.util.ArrayList;
import java.util.List;
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
 * A command writes 64 KiB at a time to several clients, each of which reads in a thread of its own:
 * an operation is one MiB of output that every client has received.
 */
@State(Scope.Benchmark)
@Fork(
    value = 1,
    jvmArgsAppend = {Vm.NATIVE_ACCESS, Vm.UNSAFE})
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
public class ToClients {

  private static final int MIB = 1 << 20;

  /** MiB for each wake-up of the clients, so that its cost does not show. */
  private static final int AT_ONCE = 16;

  @Param public Design design;

  @Param({"1", "2", "4", "8"})
  public int clients;

  private final Semaphore received = new Semaphore(0);
  private final List<Other> others = new ArrayList<>();
  private Bench bench;

  @Setup
  public void start() throws Exception {
    String answerEach = "i=0; while [ $i -lt %d ]; do read go; echo; i=$((i+1)); done; ";
    String script = answerEach.formatted(clients) + "exec dd if=/dev/zero status=none bs=64K";
    bench = new Bench(design, clients, "sh", "-c", script);
    for (int i = 0; i < clients; i++) {
      join();
    }
    for (Client client : bench.clients().subList(1, clients)) {
      others.add(new Other(client));
    }
  }

  /** A client gets only what is written once it has been accepted: then it receives an answer. */
  private void join() {
    bench.connect().sendLine();
    for (Client client : bench.clients()) {
      client.receive(1);
    }
  }

  /** A client besides the first. */
  private final class Other {

    private final Client client;
    private final Semaphore turn = new Semaphore(0);
    private final Thread thread;

    Other(Client client) {
      this.client = client;
      thread = Thread.ofPlatform().daemon().start(this::run);
    }

    private void run() {
      do {
        turn.acquireUninterruptibly();
      } while (!Thread.currentThread().isInterrupted() && receive());
    }

    private boolean receive() {
      boolean complete = client.receive(AT_ONCE * MIB);
      received.release();
      return complete;
    }

    void stop() throws InterruptedException {
      thread.interrupt();
      turn.release();
      thread.join();
    }
  }

  @Benchmark
  @OperationsPerInvocation(AT_ONCE)
  public boolean receive() {
    others.forEach(other -> other.turn.release());
    boolean complete = bench.client().receive(AT_ONCE * MIB);
    received.acquireUninterruptibly(others.size());
    return complete;
  }

  @TearDown
  public void stop() throws Exception {
    for (Other other : others) {
      other.stop();
    }
    bench.close();
  }
}
