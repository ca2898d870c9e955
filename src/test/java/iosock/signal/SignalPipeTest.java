package iosock.signal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.posix.TestCalls;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Signals that this process gets from itself, and from the kernel. */
class SignalPipeTest {

  private static final int TIMEOUT_MILLIS = 20_000;

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);

  /** Real-time signals are queued: signal(7). */
  @Test
  void everySignalArrivesAsOftenAsItIsSent() {
    for (int signal = Signals.SIGRTMIN; signal <= Signals.SIGRTMAX; signal++) {
      for (int i = 0; i < 5; i++) {
        libc.kill(libc.getpid(), signal);
      }
      assertEquals(List.of(signal, signal, signal, signal, signal), next(5));
    }
  }

  @Test
  void theSignalOfAProcessIsNotFromTheKernel() {
    libc.kill(libc.getpid(), Signals.SIGRTMAX);
    assertEquals(List.of(Signals.SIGRTMAX), next(1));
    assertFalse(signals.isFromKernel(0));
  }

  @Test
  void theSignalOfATimerIsFromTheKernel() {
    TestCalls.alarm(1);
    assertEquals(List.of(Signals.SIGALRM), next(1));
    assertTrue(signals.isFromKernel(0));
  }

  /** Before there is a command, a key of the terminal is meant for iosock alone. */
  @Test
  void senderAreForgottenOfWhatHasArrivedOnly() {
    TestCalls.alarm(1);
    assertTrue(signals.await(TIMEOUT_MILLIS));
    signals.forgetSenders();
    TestCalls.alarm(1);
    awaitBytes(2);
    assertEquals(List.of(Signals.SIGALRM, Signals.SIGALRM), next(2));
    assertFalse(signals.isFromKernel(0));
    assertTrue(signals.isFromKernel(1));
  }

  private void awaitBytes(int count) {
    long deadline = System.nanoTime() + TIMEOUT_MILLIS * 1_000_000L;
    while (libc.fionread(signals.fd()) < count) {
      assertTrue(System.nanoTime() < deadline, "it does not arrive");
      Thread.onSpinWait();
    }
  }

  private List<Integer> next(int count) {
    List<Integer> arrived = new ArrayList<>();
    while (arrived.size() < count) {
      assertTrue(signals.await(TIMEOUT_MILLIS), arrived::toString);
      int read = signals.read();
      for (int i = 0; i < read; i++) {
        arrived.add(signals.signal(i));
      }
    }
    return arrived;
  }
}
