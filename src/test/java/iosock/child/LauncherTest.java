package iosock.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.WaitStatus;
import java.io.File;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {

  private static final int EACCES = 13;

  @TempDir Path directory;

  private final Libc libc = new Libc();
  private final Launcher launcher = new Launcher(libc, new SignalState(0, 0), null);
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);

  /** In two VMs at once: they mostly wait. */
  @Test
  @Timeout(600)
  void everyForkEndsInTheProgramWhileTwoThreadsForceCollections() throws Exception {
    try (Storm one = Storm.start(directory.resolve("one"), 500, 50);
        Storm other = Storm.start(directory.resolve("other"), 500, 50)) {
      one.assertEachCommandRan();
      other.assertEachCommandRan();
    }
  }

  /**
   * Too little for some that do not hang: these may have become the command when they are asked.
   */
  @Test
  @Timeout(600)
  void noCommandRunsTwiceWhereTheGuardIsImpatient() throws Exception {
    try (Storm storm = Storm.start(directory.resolve("storm"), 300, 1)) {
      storm.assertEachCommandRan();
    }
  }

  /** One that hung had made the terminal its own before it was killed, or had not. */
  @Test
  @Timeout(600)
  void theNextChildGetsTheTerminalOfOneThatHung() throws Exception {
    try (Storm storm = Storm.start(directory.resolve("storm"), 200, 1, "terminal")) {
      storm.assertEachCommandRan();
    }
  }

  @Test
  void whyACommandWasNotRunComesBackThroughThePipe() {
    assertEquals(Errno.ENOENT, errno("no-such-command-anywhere"));
    assertEquals(EACCES, errno("/etc/passwd"));
    assertEquals(Errno.ENOENT, errno(""));
  }

  @Test
  void leavesNoDescriptorBehind() throws Exception {
    startAndFail();
    int before = openDescriptors();
    for (int i = 0; i < 10; i++) {
      startAndFail();
    }
    assertEquals(before, openDescriptors());
  }

  private void startAndFail() throws CommandNotRun {
    assertEquals(0, exitStatus("true"));
    errno("no-such-command-anywhere");
  }

  private static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  private int errno(String command) {
    return assertThrows(CommandNotRun.class, () -> exitStatus(command)).errno();
  }

  private int exitStatus(String... argv) throws CommandNotRun {
    StdioPipes stdio = new StdioPipes(libc);
    try {
      Child command = launcher.start(Stream.of(argv).map(Ascii::bytes).toList(), stdio);
      assertEquals(command.pid(), libc.waitpid(command.pid(), status, 0));
      assertEquals(0, WaitStatus.signal(status.getInt(0)));
      return WaitStatus.exitStatus(status.getInt(0));
    } finally {
      stdio.close();
    }
  }
}
