package iosock.child;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.Signals;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

@Isolated("it reaps every child of this VM")
class ReaperTest {

  private final Libc libc = new Libc();
  private final StdioPipes stdio = new StdioPipes(libc);
  private final Launcher launcher =
      new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc));

  @AfterEach
  void closeStdio() {
    stdio.close();
  }

  @Test
  void theExitCodeIsThatOfTheCommandAndOrphansAreReaped() throws Exception {
    Child command = start("read line; exit 7");
    Child orphan = start("exit 8");
    Reaper reaper = new Reaper(libc, command);
    await().until(() -> hasBeenReaped(reaper, orphan));
    assertFalse(command.hasExited());
    assertFalse(orphan.hasExited());
    stdio.endInput();
    await().until(() -> hasBeenReaped(reaper, command));
    assertEquals(7, command.exitCode());
  }

  @Test
  void theExitCodeOfACommandThatASignalKilled() throws Exception {
    Child command = start("read line");
    command.signal(Signals.SIGTERM);
    Reaper reaper = new Reaper(libc, command);
    await().until(() -> hasBeenReaped(reaper, command));
    assertEquals(128 + Signals.SIGTERM, command.exitCode());
    // The process id may be another process's by now: this must not fail, nor do anything.
    command.signal(Signals.SIGKILL);
  }

  @Test
  void withoutACommandAllAreReaped() throws Exception {
    Child one = start("exit 1");
    Child other = start("exit 2");
    Reaper reaper = new Reaper(libc);
    await().until(() -> hasBeenReaped(reaper, one) && hasBeenReaped(reaper, other));
  }

  private Child start(String script) throws CommandNotRun {
    return launcher.start(
        List.of(Ascii.bytes("sh"), Ascii.bytes("-c"), Ascii.bytes(script)), new Shared(stdio));
  }

  /** A process exists until it has been reaped. */
  private boolean hasBeenReaped(Reaper reaper, Child child) {
    reaper.reap();
    return libc.kill(child.pid(), 0) < 0;
  }
}
