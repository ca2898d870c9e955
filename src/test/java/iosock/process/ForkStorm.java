package iosock.process;

import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.Memory;
import iosock.posix.WaitStatus;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Forks again and again while two threads force collections; a program of its own, as a VM with
 * more in it would spend its time collecting. Ends with status 1 at the first wrong exit status.
 */
final class ForkStorm {

  /**
   * One collection after the other would leave the forking thread next to no time at all. With
   * this, every fifth child or so is forked while the VM wants its threads to stand still.
   */
  private static final long BETWEEN_COLLECTIONS_NANOS = 10_000_000;

  private final Libc libc = new Libc();
  private final Spawner spawner = new Spawner(libc, new SignalState(0, 0), null);
  private final Memory status = new Memory(Integer.BYTES);
  private long slowest;

  private ForkStorm() {}

  public static void main(String[] arguments) throws CommandNotRun {
    ForkStorm storm = new ForkStorm();
    collectInBackground();
    collectInBackground();
    storm.fork(Integer.parseInt(arguments[0]));
  }

  private static void collectInBackground() {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              for (; ; ) {
                System.gc();
                LockSupport.parkNanos(BETWEEN_COLLECTIONS_NANOS);
              }
            });
  }

  private void fork(int count) throws CommandNotRun {
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int expected = i % 256;
      if (exitStatus("exit " + expected) != expected) {
        System.out.println("fork " + i + " ended with wait status " + status.getInt(0));
        System.exit(1);
      }
    }
    System.out.printf(
        "%d forks under forced collections in %d ms: %d children hung and were replaced;"
            + " the slowest start took %d ms%n",
        count, (System.nanoTime() - began) / 1_000_000, spawner.killed(), slowest / 1_000_000);
  }

  private int exitStatus(String script) throws CommandNotRun {
    long began = System.nanoTime();
    StdioPipes stdio = new StdioPipes(libc);
    Command command =
        spawner.start(List.of(Ascii.bytes("sh"), Ascii.bytes("-c"), Ascii.bytes(script)), stdio);
    slowest = Math.max(slowest, System.nanoTime() - began);
    libc.waitpid(command.pid(), status, 0);
    stdio.close();
    int waitStatus = status.getInt(0);
    return WaitStatus.signal(waitStatus) == 0 ? WaitStatus.exitStatus(waitStatus) : -1;
  }
}
