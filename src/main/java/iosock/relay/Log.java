package iosock.relay;

import iosock.posix.Failure;

/** Where a relay reports what the user is to know at once. Nothing here waits for the reader. */
public interface Log {

  /** Reports an error that does not end iosock: what was tried, on what, and why it failed. */
  void log(Failure failure);

  /**
   * Reports that a client was closed.
   *
   * @param nanos for how long it had taken nothing
   */
  void logStalled(long nanos);

  /** Reports that the server reads nothing of what it is sent. */
  void logObserving();
}
