package iosock.posix;

/**
 * A fixed number of slots, each of which may watch one descriptor: what poll(2) takes.
 *
 * <pre>{@code
 * struct pollfd { int fd; short events; short revents; };    // poll.h
 * }</pre>
 */
public final class PollSet {

  public static final int POLLIN = 0x1;
  public static final int POLLOUT = 0x4;
  public static final int POLLERR = 0x8;
  public static final int POLLHUP = 0x10;
  public static final int POLLNVAL = 0x20;

  /** The peer has shut down sending. */
  public static final int POLLRDHUP = 0x2000;

  static final int SIZEOF = 8;
  static final int OFFSETOF_fd = 0;
  static final int OFFSETOF_events = 4;
  static final int OFFSETOF_revents = 6;

  /** poll(2) passes over a negative descriptor and sets its revents to 0. */
  private static final int NOBODY = -1;

  private final NativeBuffer slots;
  private final int size;

  public PollSet(int size) {
    this.size = size;
    slots = new NativeBuffer(size * SIZEOF);
    clear();
  }

  /** Watches nothing. */
  public void clear() {
    for (int slot = 0; slot < size; slot++) {
      slots.putInt(slot * SIZEOF + OFFSETOF_fd, NOBODY);
      slots.putInt(slot * SIZEOF + OFFSETOF_events, 0);
    }
  }

  /**
   * Watches {@code fd} for {@code events} beside those asked for already. With no events at all
   * poll(2) still reports POLLHUP and POLLERR.
   */
  public void watch(int slot, int fd, int events) {
    int at = slot * SIZEOF;
    slots.putInt(at + OFFSETOF_fd, fd);
    slots.putShort(at + OFFSETOF_events, slots.getShort(at + OFFSETOF_events) | events);
  }

  /** What the last poll found. */
  public int revents(int slot) {
    return slots.getShort(slot * SIZEOF + OFFSETOF_revents);
  }

  long address() {
    return slots.address();
  }

  int size() {
    return size;
  }
}
