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

  /** Limits the processes and threads of this user, as seen by this process: getrlimit(2). */
  public static int limitProcesses(int soft) {
    ResourceLimit limit = new ResourceLimit();
    Link.call(Link.function("getrlimit"), RLIMIT_NPROC, limit.address(), 0, 0, 0, 0);
    limit.soft(soft);
    return (int) Link.call(Link.function("setrlimit"), RLIMIT_NPROC, limit.address(), 0, 0, 0, 0);
  }
}
