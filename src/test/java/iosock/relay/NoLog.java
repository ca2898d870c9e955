package iosock.relay;

import iosock.posix.Failure;

/** A relay's reports that no test looks at. */
final class NoLog implements Log {

  @Override
  public void log(Failure failure) {
    // Dropped.
  }

  @Override
  public void logStalled(long nanos) {
    // Dropped.
  }

  @Override
  public void logObserving() {
    // Dropped.
  }
}
