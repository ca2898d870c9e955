package iosock.relay;

import iosock.cli.Seconds;

/** Finds the receivers that have taken nothing for too long while output waited for them. */
final class Stalls {

  private final Deadlines deadlines;
  private long timeout;
  private long now;

  /**
   * @param timeout in nanoseconds; or {@link Seconds#NEVER}
   */
  Stalls(Deadlines deadlines, long timeout) {
    this.deadlines = deadlines;
    this.timeout = timeout;
  }

  /** From now on a receiver may take nothing for so long at most, in nanoseconds. */
  void limit(long nanos) {
    timeout = Math.min(timeout, nanos);
  }

  long timeout() {
    return timeout;
  }

  /**
   * Begins to look at all receivers.
   *
   * @return whether there is a limit
   */
  boolean begin() {
    if (timeout == Seconds.NEVER) {
      return false;
    }
    now = System.nanoTime();
    deadlines.clear(Deadlines.Kind.STALL);
    return true;
  }

  /**
   * @param isWaiting whether output waits for the receiver
   * @return whether it has taken nothing for too long
   */
  boolean hasStalled(Client receiver, boolean isWaiting) {
    long since = receiver.stalledSince(isWaiting, now);
    boolean isTooLong = isWaiting && now - since >= timeout;
    if (isWaiting && !isTooLong) {
      deadlines.setEarlier(Deadlines.Kind.STALL, since + timeout);
    }
    return isTooLong;
  }
}
