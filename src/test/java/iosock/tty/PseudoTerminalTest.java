package iosock.tty;

import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PseudoTerminalTest {

  private static final long ENOUGH = 100_000_000;

  /** What the kernel gives to a reader at once; the rest stays with the writer's side. */
  private static final int MAX_READ_AT_ONCE = 4095;

  /** Small, so that there are many of them while the reader is behind. */
  private static final int LINE_SIZE = 40;

  private static final int MAX_LOOKS = 400;

  private final Libc libc = new Libc();
  private final AtomicLong written = new AtomicLong();

  /**
   * The kernel was seen to show nothing for up to 600 us though it held 8000 bytes: about once in
   * 10,000 reads, where a writer had been held up in the middle of its next write.
   */
  @Test
  void nothingThatWasWrittenIsMissedThoughSomebodyWritesOn() throws Exception {
    PseudoTerminal pty = PseudoTerminal.open(libc, OwnTerminal.find(libc));
    Thread writer = Thread.ofPlatform().start(() -> write(pty.master()));
    NativeBuffer taken = new NativeBuffer(MAX_READ_AT_ONCE);
    long count = 0;
    while (count < ENOUGH) {
      long before = written.get();
      if (pty.hasOutput()) {
        awaitFull(pty.master());
        count += libc.read(pty.master(), taken, MAX_READ_AT_ONCE);
      } else {
        assertTrue(count >= before, (before - count) + " bytes missed after " + count);
      }
    }
    pty.hangup();
    writer.join();
  }

  private void write(int master) {
    Libc own = new Libc();
    NativeBuffer line = new NativeBuffer(LINE_SIZE);
    int terminal = own.tiocgptpeer(master, Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC);
    long length;
    while ((length = own.write(terminal, line, 0, LINE_SIZE)) > 0) {
      written.addAndGet(length);
    }
    own.close(terminal);
  }

  /** Or as good as: the writer may not get to run. */
  private void awaitFull(int master) {
    for (int i = 0; i < MAX_LOOKS && libc.fionread(master) < MAX_READ_AT_ONCE; i++) {
      Thread.onSpinWait();
    }
  }
}
