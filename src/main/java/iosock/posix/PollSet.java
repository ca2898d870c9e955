package iosock.posix;

/**
 * What poll(2) takes: the descriptors that are waited for, in the order in which they were added.
 * The kernel looks at them in that order.
 *
 * <pre>{@code
 * struct pollfd { int fd; short events; short revents; };    // poll.h
 * }</pre>
 */
public final class PollSet {

  public static final int POLLIN = 0x1;

  /** An out-of-band byte has come. */
  public static final int POLLPRI = 0x2;

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

  private final NativeBuffer entries;
  private final Watch[] watches;
  private int size;

  /**
   * @param capacity how many descriptors it can hold
   */
  public PollSet(int capacity) {
    entries = new NativeBuffer(capacity * SIZEOF);
    watches = new Watch[capacity];
  }

  /** A set that holds one descriptor, asked for some events. */
  public static PollSet of(Watch watch, int events) {
    PollSet set = new PollSet(1);
    set.watch(watch, events);
    return set;
  }

  /** A set that holds two descriptors, each asked for some events. */
  public static PollSet of(Watch first, int firstEvents, Watch second, int secondEvents) {
    PollSet set = new PollSet(2);
    set.watch(first, firstEvents);
    set.watch(second, secondEvents);
    return set;
  }

  /** Takes everything out; until it is added again, each watch says that nothing was found. */
  public void clear() {
    for (int i = 0; i < size; i++) {
      watches[i].reset();
    }
    size = 0;
  }

  /**
   * Asks for {@code events} on a descriptor, beside those asked for already since {@link #clear}.
   * With no events at all poll(2) still reports POLLHUP, POLLERR and POLLNVAL.
   */
  public void watch(Watch watch, int events) {
    if (!watch.hasEntry()) {
      watch.entry(size);
      watches[size] = watch;
      entries.putInt(size * SIZEOF + OFFSETOF_fd, watch.fd());
      entries.putInt(size * SIZEOF + OFFSETOF_events, 0);
      size++;
    }
    int at = watch.entry() * SIZEOF + OFFSETOF_events;
    entries.putShort(at, entries.getShort(at) | events);
  }

  /**
   * Waits until something is found, and tells each watch.
   *
   * @param timeout in milliseconds; -1 waits for as long as it takes
   * @return how many descriptors have something; 0 after the timeout; or a negative errno
   */
  public int poll(Libc libc, int timeout) {
    int ready = libc.poll(this, timeout);
    for (int i = 0; i < size; i++) {
      int events = entries.getShort(i * SIZEOF + OFFSETOF_revents);
      // After a failure poll(2) has written nothing.
      watches[i].setRevents(ready > 0 ? events : 0);
    }
    return ready;
  }

  long address() {
    return entries.address();
  }

  int size() {
    return size;
  }
}
