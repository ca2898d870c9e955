package support;

import static java.util.concurrent.TimeUnit.SECONDS;

import org.awaitility.Awaitility;

/** Whether a process that has nothing to do does nothing. */
public final class Idle {

  /** In the time below: a VM has housekeeping to do, and whoever spins uses ten times as many. */
  private static final int MAX_TICKS = 10;

  private static final int SECONDS_OF_REST = 2;

  private Idle() {}

  /**
   * Waits until a process has used next to no processor time for a while; fails if it never does.
   */
  public static void await(long pid) {
    long[] before = {Proc.ticks(pid)};
    Awaitility.await()
        .during(SECONDS_OF_REST, SECONDS)
        .atMost(30, SECONDS)
        .until(() -> isResting(pid, before));
  }

  private static boolean isResting(long pid, long[] before) {
    long now = Proc.ticks(pid);
    boolean resting = now - before[0] < MAX_TICKS;
    if (!resting) {
      before[0] = now;
    }
    return resting;
  }
}
