package iosock.flow;

import iosock.posix.PollSet;

/** One end of a flow of bytes: where they come from, or where they go. */
public interface End {

  /** Asks poll(2) for the moment when bytes can be taken here, or put here. */
  void arm(PollSet poll);

  /** Whether the last poll(2) found that they can, or that the end is gone. */
  boolean isReady();

  /**
   * Whether it holds bytes that have left their descriptor, so that poll(2) does not know of them:
   * then only the other end is to be waited for.
   */
  default boolean holdsBytes() {
    return false;
  }
}
