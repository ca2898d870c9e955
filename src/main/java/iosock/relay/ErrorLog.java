package iosock.relay;

import iosock.posix.Failure;

/** Where an error is reported that does not end iosock. */
public interface ErrorLog {

  /** Reports what was tried, on what, and why it failed; never waits for the reader. */
  void log(Failure failure);
}
