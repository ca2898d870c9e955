package iosock.flow;

/**
 * The kernel had no memory for a call (ENOMEM, ENOBUFS). poll(2) knows nothing of that, so what
 * failed pauses until the next round, which begins after a moment.
 */
public final class Shortage {

  /** How long a round lasts. */
  private static final long ROUND_NANOS = 50_000_000;

  private int round = 1;
  private boolean noted;
  private long end;

  /**
   * A call failed for want of memory.
   *
   * @return the round in which the caller pauses
   */
  public int note() {
    if (!noted) {
      noted = true;
      end = System.nanoTime() + ROUND_NANOS;
    }
    return round;
  }

  /** Whether that round is not over, so that its caller goes on pausing. */
  public boolean isCurrent(int pausedIn) {
    return pausedIn == round;
  }

  /** Whether something pauses. */
  public boolean isNoted() {
    return noted;
  }

  /** When the round ends, as {@link System#nanoTime}; only while {@link #isNoted}. */
  public long end() {
    return end;
  }

  /** Begins the next round: what has paused goes on. */
  public void endRound() {
    noted = false;
    round++;
  }
}
