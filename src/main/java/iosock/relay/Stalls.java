package iosock.relay;

import iosock.cli.Seconds;

/**
 * Finds the receivers that have taken nothing for too long while output waited for them. Observers
 * have no limit before the end, since one that falls behind is closed in any case.
 */
final class Stalls {

  private final Deadlines deadlines;
  private long timeout;
  private long observerTimeout = Seconds.NEVER;
  private long now;

  /**
   * @param timeout for clients, in nanoseconds; or {@link Seconds#NEVER}
   */
  Stalls(Deadlines deadlines, long timeout) {
    this.deadlines = deadlines;
    this.timeout = timeout;
  }

  /** From now on a client may take nothing for so long at most, in nanoseconds. */
  void limitClients(long nanos) {
    timeout = Math.min(timeout, nanos);
  }

  /** The same for observers. */
  void limitObservers(long nanos) {
    observerTimeout = Math.min(observerTimeout, nanos);
  }

  /** For clients, in nanoseconds. */
  long timeout() {
    return timeout;
  }

  /** Whether there is a limit. */
  boolean isLimited() {
    return timeout != Seconds.NEVER || observerTimeout != Seconds.NEVER;
  }

  /**
   * Begins to look at all receivers.
   *
   * @return whether there is a limit
   */
  boolean begin() {
    if (isLimited()) {
      now = System.nanoTime();
      deadlines.clear(Deadlines.Kind.STALL);
    }
    return isLimited();
  }

  /**
   * @param isWaiting whether output waits for the client
   * @return whether it has taken nothing for too long
   */
  boolean hasClientStalled(Client client, boolean isWaiting) {
    return hasStalled(client, isWaiting, timeout);
  }

  /** The same for an observer. */
  boolean hasObserverStalled(Client observer, boolean isWaiting) {
    return hasStalled(observer, isWaiting, observerTimeout);
  }

  private boolean hasStalled(Client receiver, boolean isWaiting, long limit) {
    long since = receiver.stalledSince(isWaiting, now);
    if (!isWaiting || limit == Seconds.NEVER) {
      return false;
    }
    if (now - since < limit) {
      deadlines.setEarlier(Deadlines.Kind.STALL, since + limit);
      return false;
    }
    if (receiver.hasReadMeanwhile(now)) {
      deadlines.setEarlier(Deadlines.Kind.STALL, now + limit);
      return false;
    }
    return true;
  }
}
