package iosock.posix;

/**
 * A disposition for sigaction(2).
 *
 * <pre>{@code
 * struct sigaction { void (*sa_handler)(int); sigset_t sa_mask; int sa_flags; … };    // signal.h
 * }</pre>
 */
public final class Sigaction {

  static final int SIZEOF = 152;
  static final int OFFSETOF_sa_handler = 0;
  static final int OFFSETOF_sa_mask = 8;
  static final int OFFSETOF_sa_flags = 136;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /**
   * @param handler the address of a function in machine code, or {@link Signals#SIG_IGN}
   */
  public Sigaction(long handler, int flags) {
    this(handler, flags, 0);
  }

  /**
   * @param mask the signals that are blocked while the handler runs, bit N-1 for signal N
   */
  public Sigaction(long handler, int flags, long mask) {
    memory.putLong(OFFSETOF_sa_handler, handler);
    memory.putLong(OFFSETOF_sa_mask, mask);
    memory.putInt(OFFSETOF_sa_flags, flags);
  }

  long handler() {
    return memory.getLong(OFFSETOF_sa_handler);
  }

  long address() {
    return memory.address();
  }
}
