package iosock.posix;

/** Functions of libc that only tests call. */
public final class TestCalls {

  /** sys/resource.h. */
  private static final int RLIMIT_NPROC = 6;

  private TestCalls() {}

  /** Adds a call that sends a signal to the child itself: raise(3). */
  public static void raise(CallTable calls, int signal) {
    calls.add(Link.function("raise"), signal, 0, 0);
  }

  /**
   * Has the kernel send SIGALRM after a time: setitimer(2).
   *
   * @param micros less than a second
   */
  public static void alarm(long micros) {
    // struct itimerval { struct timeval it_interval, it_value; }; each has seconds, microseconds.
    NativeBuffer timer = new NativeBuffer(4 * Long.BYTES);
    timer.putLong(3 * Long.BYTES, micros);
    Link.call(Link.function("setitimer"), 0, timer.address(), 0, 0, 0, 0);
  }

  /** Limits the processes and threads of this user, as seen by this process: getrlimit(2). */
  public static int limitProcesses(int soft) {
    ResourceLimit limit = new ResourceLimit();
    Link.call(Link.function("getrlimit"), RLIMIT_NPROC, limit.address(), 0, 0, 0, 0);
    limit.soft(soft);
    return (int) Link.call(Link.function("setrlimit"), RLIMIT_NPROC, limit.address(), 0, 0, 0, 0);
  }

  /**
   * Limits the descriptors of this process: getrlimit(2).
   *
   * @param spare how many more can be opened
   * @return the limit before, for {@link #limitDescriptors}
   */
  public static int limitDescriptorsToSpare(int spare) {
    int dup = (int) Link.call(Link.function("dup"), 0, 0, 0, 0, 0, 0);
    Link.call(Link.function("close"), dup, 0, 0, 0, 0, 0);
    return limitDescriptors(dup + spare);
  }

  /**
   * @param soft the lowest number that a new descriptor may not have
   * @return the limit before
   */
  public static int limitDescriptors(int soft) {
    ResourceLimit limit = new ResourceLimit();
    long resource = ResourceLimit.RLIMIT_NOFILE;
    Link.call(Link.function("getrlimit"), resource, limit.address(), 0, 0, 0, 0);
    int before = (int) limit.soft();
    limit.soft(soft);
    Link.call(Link.function("setrlimit"), resource, limit.address(), 0, 0, 0, 0);
    return before;
  }

  /** Makes {@code fd} the descriptor of what {@code other} was, which is closed: dup3(2). */
  public static void replace(int fd, int other) {
    Link.call(Link.function("dup3"), other, fd, Fcntl.O_CLOEXEC, 0, 0, 0);
    Link.call(Link.function("close"), other, 0, 0, 0, 0, 0);
  }
}
