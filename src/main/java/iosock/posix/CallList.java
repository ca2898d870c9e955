package iosock.posix;

/**
 * Calls of libc, written down beforehand so that they can be made without a decision or an
 * allocation on the way: the whole life of a forked child before it becomes another program.
 */
public final class CallList {

  private static final int ARGUMENTS = 3;

  private final long[] functions;
  private final long[] arguments;
  private final NativeBuffer failure;
  private int size;

  /**
   * @param failure receives the errno, an int, of the last call that failed
   */
  public CallList(int capacity, NativeBuffer failure) {
    functions = new long[capacity];
    arguments = new long[capacity * ARGUMENTS];
    this.failure = failure;
  }

  public CallList dup2(int fd, int newFd) {
    return add(Libc.DUP2, fd, newFd, 0);
  }

  public CallList setsid() {
    return add(Libc.SETSID, 0, 0, 0);
  }

  /** Makes a terminal the controlling one: ioctl_tty(2). */
  public CallList tiocsctty(int fd) {
    return add(Libc.IOCTL, fd, Ioctl.TIOCSCTTY, 0);
  }

  public CallList setrlimit(int resource, ResourceLimit limit) {
    return add(Libc.SETRLIMIT, resource, limit.address(), 0);
  }

  public CallList sigaction(int signal, Sigaction action) {
    return add(Libc.SIGACTION, signal, action.address(), 0);
  }

  public CallList execvp(NativeBuffer file, NativeBuffer argv) {
    return add(Libc.EXECVP, file.address(), argv.address(), 0);
  }

  /** Writes all of {@code buffer}. */
  public CallList write(int fd, NativeBuffer buffer) {
    return add(Libc.WRITE, fd, buffer.address(), buffer.size());
  }

  public CallList _exit(int status) {
    return add(Libc._EXIT, status, 0, 0);
  }

  private CallList add(long function, long a, long b, long c) {
    functions[size] = function;
    arguments[size * ARGUMENTS] = a;
    arguments[size * ARGUMENTS + 1] = b;
    arguments[size * ARGUMENTS + 2] = c;
    size++;
    return this;
  }

  /** Makes the calls up to and including the first that fails. */
  void performUntilFailure() {
    for (int i = 0; i < size; i++) {
      if (perform(i) < 0) {
        return;
      }
    }
  }

  /** Makes all of the calls, come what may. */
  void performAll() {
    for (int i = 0; i < size; i++) {
      perform(i);
    }
  }

  private int perform(int i) {
    int at = i * ARGUMENTS;
    int result =
        (int) Link.call(functions[i], arguments[at], arguments[at + 1], arguments[at + 2], 0, 0, 0);
    if (result < 0) {
      failure.putInt(0, -result);
    }
    return result;
  }
}
