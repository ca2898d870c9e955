package iosock.posix;

/**
 * A soft limit and the hard one that bounds it.
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

  /** As unsigned: RLIM_INFINITY is the largest. */
  public void soft(long limit) {
    memory.putLong(OFFSETOF_rlim_cur, limit);
  }

  /** As unsigned: RLIM_INFINITY is the largest. */
  public long soft() {
    return memory.getLong(OFFSETOF_rlim_cur);
  }

  /** As unsigned: RLIM_INFINITY is the largest. */
  public long hard() {
    return memory.getLong(OFFSETOF_rlim_max);
  }

  long address() {
    return memory.address();
  }
}
