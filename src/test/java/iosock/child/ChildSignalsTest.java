package iosock.child;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.CallTable;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.ProcFile;
import iosock.posix.SignalSet;
import iosock.posix.Signals;
import iosock.posix.TestCalls;
import iosock.signal.SignalPipe;
import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Signals that arrive in a child before it has become the command: here the child sends them to
 * itself. Its memory is its parent's, so no handler of the parent may run in it.
 */
class ChildSignalsTest {

  private static final SignalState NO_SIGNALS = new SignalState(0, 0);
  private static final int REALTIME = 45;

  /** These stay as this process found them, since sigaction(3) refuses to change them. */
  private static final long USED_BY_LIBC = SignalSet.bit(32) | SignalSet.bit(33);

  private static final int MAX_STATUS = 1 << 14;

  private final Libc libc = new Libc();
  private final SignalPipe caught = SignalPipe.open(libc, 0);
  private final StdioPipes stdio = new StdioPipes(libc);
  private final NativeBuffer word = new NativeBuffer(Integer.BYTES);

  @AfterEach
  void closeStdio() {
    stdio.close();
  }

  @Test
  void aSignalKillsTheChildAndDoesNotReachTheParent() throws Exception {
    int killed = ExitCode.ofSignal(Signals.SIGUSR1);
    assertEquals(killed, run(NO_SIGNALS, Signals.SIGUSR1, "true"));
    assertNothingCaught();
  }

  @Test
  void aSignalThatIsIgnoredByDefaultDoesNotReachTheParent() throws Exception {
    assertEquals(0, run(NO_SIGNALS, Signals.SIGWINCH, "true"));
    assertNothingCaught();
  }

  @Test
  void aSignalThatTheCommandIgnoresIsDropped() throws Exception {
    SignalState ignored = new SignalState(0, SignalSet.bit(Signals.SIGUSR1));
    assertEquals(0, run(ignored, Signals.SIGUSR1, "true"));
    assertNothingCaught();
  }

  @Test
  void aSignalThatTheCommandBlocksIsPending() throws Exception {
    long blocked = SignalSet.bit(Signals.SIGUSR1);
    SignalState signals = new SignalState(blocked, 0);
    assertEquals(0, run(signals, Signals.SIGUSR1, "cat", "/proc/self/status"));
    assertEquals(blocked, field(output(), "SigPnd:"));
    assertNothingCaught();
  }

  @Test
  void theCommandGetsTheMaskAndTheIgnoredSignals() throws Exception {
    SignalState signals =
        new SignalState(
            SignalSet.bit(Signals.SIGUSR1)
                | SignalSet.bit(Signals.SIGSEGV)
                | SignalSet.bit(REALTIME),
            SignalSet.bit(Signals.SIGQUIT)
                | SignalSet.bit(Signals.SIGPIPE)
                | SignalSet.bit(Signals.SIGCHLD)
                | SignalSet.bit(Signals.SIGRTMAX));
    assertGets(signals);
    assertGets(NO_SIGNALS);
  }

  private void assertGets(SignalState signals) throws CommandNotRun {
    assertEquals(0, run(signals, Signals.SIGWINCH, "cat", "/proc/self/status"));
    String status = output();
    assertEquals(signals.blocked(), field(status, "SigBlk:"));
    assertEquals(signals.ignored(), field(status, "SigIgn:") & ~USED_BY_LIBC);
  }

  @Test
  void theMaskOfTheParentIsRestored() throws Exception {
    long before = ownMask();
    assertEquals(0, run(new SignalState(-1, 0), Signals.SIGWINCH, "true"));
    assertEquals(before, ownMask());
  }

  private long ownMask() {
    byte[] status = ProcFile.read(libc, "/proc/thread-self/status");
    return field(new String(status, StandardCharsets.ISO_8859_1), "SigBlk:");
  }

  /**
   * @param signal what the child sends to itself after its dispositions are set
   */
  private int run(SignalState signals, int signal, String... argv) throws CommandNotRun {
    Stdio signalled =
        new Stdio() {
          @Override
          public void addChildCalls(CallTable calls) {
            stdio.addChildCalls(calls);
            TestCalls.raise(calls, signal);
          }

          /** They stay open for the next command. */
          @Override
          public void closeChildEnds() {}
        };
    Launcher launcher = new Launcher(libc, signals, OpenFileLimit.current(libc));
    Child command = launcher.start(Stream.of(argv).map(Ascii::bytes).toList(), signalled);
    assertEquals(command.pid(), libc.waitpid(command.pid(), word, 0));
    return ExitCode.of(word.getInt(0));
  }

  /** A handler in the child would have written before the child ended. */
  private void assertNothingCaught() {
    int count = caught.read();
    for (int i = 0; i < count; i++) {
      assertEquals(Signals.SIGCHLD, caught.signal(i));
    }
  }

  private String output() {
    NativeBuffer buffer = new NativeBuffer(MAX_STATUS);
    int length = (int) libc.read(stdio.out(), buffer, MAX_STATUS);
    return new String(buffer.get(0, length), StandardCharsets.ISO_8859_1);
  }

  private static long field(String status, String name) {
    int start = status.indexOf(name) + name.length() + 1;
    return Long.parseUnsignedLong(status, start, start + 16, 16);
  }
}
