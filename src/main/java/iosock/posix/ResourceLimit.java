package iosock.posix;

/**
 * A soft limit and its hard limit.
 *
 * <pre>{@code
 * struct rlimit { rlim_t rlim_cur; rlim_t rlim_max; };    // sys/resource.h
 * }</pre>
 */
public final class ResourceLimit {

  public static final int RLIMIT_NOFILE = 7;

  static final int SIZEOF = 16;
  static final int OFFSETOF_rlim_cur = 0;
  static final int OFFSETOF_rlim_max = 8;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /** Unsigned; RLIM_INFINITY is the largest value. */
  public void soft(long limit) {
    memory.putLong(OFFSETOF_rlim_cur, limit);
  }

  /** Unsigned; RLIM_INFINITY is the largest value. */
  public long soft() {
    return memory.getLong(OFFSETOF_rlim_cur);
  }

  /** Unsigned; RLIM_INFINITY is the largest value. */
  public long hard() {
    return memory.getLong(OFFSETOF_rlim_max);
  }

  long address() {
    return memory.address();
  }
}
