package support;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;

import java.util.concurrent.Callable;
import org.awaitility.Awaitility;

/**
 * Whether a process that has nothing to do does nothing. The proof is in the kernel's counters: for
 * the whole of a time span the thread of the loop has not run once, and the process has used no
 * processor time. A thread that wakes up counts a context switch when it sleeps again; a thread
 * that does not sleep uses processor time.
 */
public final class Idle {

  /** A loop that spins uses some thirty ticks of processor time in it, and one is too many. */
  private static final int SPAN_MILLIS = 300;

  /** A loop that wakes up now and then stays below it, even while the VM still compiles. */
  private static final int MAX_TICKS = 1;

  private static final int TIMEOUT_SECONDS = 30;

  private Idle() {}

  /** Waits until a process is idle; fails if it never is. */
  public static void await(long pid) {
    awaitWhile(pid, () -> true);
  }

  /** Waits until a process is idle in a situation; fails if it never is. */
  public static void awaitWhile(long pid, Callable<Boolean> situation) {
    Awaitility.await().atMost(TIMEOUT_SECONDS, SECONDS).until(situation);
    long loop = Proc.mainThread(pid);
    String[] last = {""};
    Awaitility.await()
        .during(SPAN_MILLIS, MILLISECONDS)
        .atMost(TIMEOUT_SECONDS, SECONDS)
        .until(() -> last[0].equals(last[0] = activity(pid, loop)) && situation.call());
  }

  /**
   * Waits until a process uses next to no processor time, though it wakes up now and then to look
   * for something that no descriptor tells it; fails if it never does.
   */
  public static void awaitNearly(long pid) {
    long[] before = {Proc.ticks(pid)};
    Awaitility.await()
        .during(SPAN_MILLIS, MILLISECONDS)
        .atMost(TIMEOUT_SECONDS, SECONDS)
        .until(() -> hasUsedLittle(pid, before));
  }

  private static boolean hasUsedLittle(long pid, long[] before) {
    long now = Proc.ticks(pid);
    boolean little = now - before[0] <= MAX_TICKS;
    before[0] = little ? before[0] : now;
    return little;
  }

  private static String activity(long pid, long loop) {
    return Proc.status(loop, "voluntary_ctxt_switches") + " " + Proc.ticks(pid);
  }
}
