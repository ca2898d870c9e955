package iosock.child;

import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.WaitStatus;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Forks again and again while two threads force collections; a program of its own, as a VM with
 * more in it would spend its time collecting. Each command puts its number on a line of a file.
 * Ends with status 1 at the first wrong exit status.
 *
 * <p>Its arguments: how many forks, the first patience in milliseconds, the file; and {@code
 * terminal} if each command is to have a controlling terminal.
 */
final class ForkStorm {

  /**
   * One collection after the other would leave the forking thread next to no time at all. With
   * this, every fifth child or so is forked while the VM wants its threads to stand still.
   */
  private static final long BETWEEN_COLLECTIONS_NANOS = 10_000_000;

  private final Libc libc = new Libc();
  private final Launcher launcher;
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);
  private final boolean onTerminal;
  private long slowest;

  private ForkStorm(int firstPatienceMillis, boolean onTerminal) {
    this.onTerminal = onTerminal;
    launcher = new Launcher(libc, new SignalState(0, 0), null, firstPatienceMillis);
  }

  public static void main(String[] arguments) throws CommandNotRun {
    ForkStorm storm = new ForkStorm(Integer.parseInt(arguments[1]), arguments.length > 3);
    collectInBackground();
    collectInBackground();
    storm.fork(Integer.parseInt(arguments[0]), arguments[2]);
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

  private void fork(int count, String file) throws CommandNotRun {
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int expected = i % 256;
      if (exitStatus(script(i, file, expected)) != expected) {
        System.out.println("fork " + i + " ended with wait status " + status.getInt(0));
        System.exit(1);
      }
    }
    System.out.printf(
        "%d forks under forced collections in %d ms: %d children hung and were replaced;"
            + " the slowest start took %d ms%n",
        count, (System.nanoTime() - began) / 1_000_000, launcher.killed(), slowest / 1_000_000);
  }

  /** Only a controlling terminal can be opened by that name. */
  private String script(int i, String file, int expected) {
    String first = onTerminal ? ": </dev/tty || exit 99; " : "";
    return first + "echo " + i + " >>" + file + "; exit " + expected;
  }

  private int exitStatus(String script) throws CommandNotRun {
    long began = System.nanoTime();
    List<byte[]> argv = List.of(Ascii.bytes("sh"), Ascii.bytes("-c"), Ascii.bytes(script));
    Child command = onTerminal ? startOnTerminal(argv) : startOnPipes(argv);
    slowest = Math.max(slowest, System.nanoTime() - began);
    if (command.hasExited()) {
      // Before the guard looked.
      return command.exitCode();
    }
    libc.waitpid(command.pid(), status, 0);
    int waitStatus = status.getInt(0);
    return WaitStatus.signal(waitStatus) == 0 ? WaitStatus.exitStatus(waitStatus) : -1;
  }

  private Child startOnPipes(List<byte[]> argv) throws CommandNotRun {
    StdioPipes stdio = new StdioPipes(libc);
    Child command = launcher.start(argv, stdio);
    stdio.close();
    return command;
  }

  /** Which stays open: hung up, the command would be killed. */
  private Child startOnTerminal(List<byte[]> argv) throws CommandNotRun {
    return launcher.start(argv, PseudoTerminal.open(libc, OwnTerminal.find(libc)));
  }
}
