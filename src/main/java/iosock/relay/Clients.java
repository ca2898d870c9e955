package iosock.relay;

import iosock.socket.Listener;

/**
 * Who is connected: one at a time, and behind it those who have left but whose last words the
 * command has not read yet.
 *
 * <p>A descriptor that is done with is only marked; {@link #takeDone} hands it to the one place
 * that closes.
 */
final class Clients {

  static final int NONE = -1;

  /**
   * How many may have left with unread words. With more than that nobody is accepted, which holds
   * clients back as a full pipe does.
   */
  static final int MAX_DEPARTED = 64;

  private int present = NONE;
  private boolean sending;
  private boolean receiving;
  // One more: the client that was present when there was room last.
  private final int[] departed = new int[MAX_DEPARTED + 1];
  private int departedCount;
  // In one turn all that have departed, and all that have come.
  private final int[] done = new int[MAX_DEPARTED + Listener.BACKLOG + 3];
  private int doneCount;

  boolean hasRoom() {
    return departedCount < MAX_DEPARTED;
  }

  void arrive(int fd) {
    present = fd;
    sending = true;
    receiving = true;
  }

  int present() {
    return present;
  }

  boolean isPresent() {
    return present != NONE;
  }

  /** Whether there is a client that output goes to. */
  boolean isReceiving() {
    return receiving;
  }

  /** Whether there is a client that may still send something. */
  boolean isSending() {
    return sending;
  }

  /** The present client has shut down receiving, and may go on sending. */
  void stopReceiving() {
    receiving = false;
  }

  /** The present client is gone, and has left words in its socket that nobody has read. */
  void departWithWords() {
    departed[departedCount++] = present;
    leave();
  }

  /** The present client is gone. */
  void depart() {
    done(present);
    leave();
  }

  private void leave() {
    present = NONE;
    sending = false;
    receiving = false;
  }

  /** Whose input is next: of those who have left the first, then the present one; or NONE. */
  int speaker() {
    if (departedCount > 0) {
      return departed[0];
    }
    return sending ? present : NONE;
  }

  /** Whether somebody has left words behind that nobody has read yet. */
  boolean isSpeakerDeparted() {
    return departedCount > 0;
  }

  /** All that the speaker sent has been read. */
  void speakerEnded() {
    if (departedCount > 0) {
      done(departed[0]);
      departedCount--;
      System.arraycopy(departed, 1, departed, 0, departedCount);
    } else {
      sending = false;
    }
  }

  /** A connection that never got the place, or a client that is done with. */
  void done(int fd) {
    done[doneCount++] = fd;
  }

  /**
   * @return a descriptor to close, or NONE
   */
  int takeDone() {
    return doneCount == 0 ? NONE : done[--doneCount];
  }
}
