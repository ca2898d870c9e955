package iosock.posix;

/**
 * A descriptor that one object owns and that poll(2) looks at. Several users of the descriptor may
 * each ask for the events that they wait for; it has one entry in the {@link PollSet} all the same.
 */
public final class Watch {

  private static final int NO_ENTRY = -1;

  private int fd;
  private int entry = NO_ENTRY;
  private int revents;

  /**
   * @param fd stays the caller's to close
   */
  public Watch(int fd) {
    this.fd = fd;
  }

  public int fd() {
    return fd;
  }

  /** Makes this the watch of another descriptor. */
  public void fd(int other) {
    fd = other;
    entry = NO_ENTRY;
    revents = 0;
  }

  /** What the last poll found; 0 if this was not in the set. */
  public int revents() {
    return revents;
  }

  boolean hasEntry() {
    return entry != NO_ENTRY;
  }

  int entry() {
    return entry;
  }

  void entry(int index) {
    entry = index;
  }

  void setRevents(int events) {
    revents = events;
  }

  void reset() {
    entry = NO_ENTRY;
    revents = 0;
  }
}
