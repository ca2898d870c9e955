package iosock.posix;

/**
 * Calls of libc, written down in the parent and made in a child by {@link ChildCode}: everything
 * that a child does before it becomes the command.
 *
 * <pre>{@code
 * struct {
 *   int *(*errno_location)(void);
 *   ssize_t (*write)(int, const void *, size_t);
 *   long status;
 *   struct { long (*function)(long, long, long); long a, b, c; } calls[];
 * };
 * }</pre>
 */
public final class CallTable {

  private static final int OFFSETOF_errno_location = 0;
  private static final int OFFSETOF_write = 8;
  private static final int OFFSETOF_status = 16;
  private static final int OFFSETOF_calls = 24;

  private static final int SIZEOF_call = 32;
  private static final int OFFSETOF_function = 0;
  private static final int OFFSETOF_a = 8;
  private static final int OFFSETOF_b = 16;
  private static final int OFFSETOF_c = 24;

  private static final long CODE = MachineCode.load(ChildCode.forProcessor(MachineCode.PROCESSOR));

  /**
   * What the calls need of a stack, in bytes, without a copy of the arguments. The most is
   * execvp(3)'s path of at most PATH_MAX and NAME_MAX, some 5 KiB.
   */
  private static final int STACK_SIZE = 1 << 16;

  private static final int STACK_ALIGNMENT = 16;

  private final NativeBuffer memory;
  private int end;
  private int stackSize;

  /**
   * @param capacity how many calls there may be
   */
  public CallTable(int capacity) {
    memory = new NativeBuffer(OFFSETOF_calls + capacity * SIZEOF_call);
    memory.putLong(OFFSETOF_errno_location, Libc.ERRNO_LOCATION);
    memory.putLong(OFFSETOF_write, Libc.WRITE);
  }

  /**
   * Begins an empty table.
   *
   * @param status the descriptor to which errno is written, as an int, when a call fails
   */
  public CallTable begin(int status) {
    memory.putLong(OFFSETOF_status, status);
    end = OFFSETOF_calls;
    stackSize = STACK_SIZE;
    return this;
  }

  public CallTable dup2(int fd, int newFd) {
    return add(Libc.DUP2, fd, newFd, 0);
  }

  public CallTable setsid() {
    return add(Libc.SETSID, 0, 0, 0);
  }

  /** Makes the child the leader of a new process group: setpgid(2). */
  public CallTable setpgid() {
    return add(Libc.SETPGID, 0, 0, 0);
  }

  /** Makes a terminal the controlling one: ioctl_tty(2). */
  public CallTable tiocsctty(int fd) {
    return add(Libc.IOCTL, fd, Ioctl.TIOCSCTTY, 0);
  }

  public CallTable setrlimit(int resource, ResourceLimit limit) {
    return add(Libc.SETRLIMIT, resource, limit.address(), 0);
  }

  public CallTable sigaction(int signal, Sigaction action) {
    return add(Libc.SIGACTION, signal, action.address(), 0);
  }

  public CallTable sigprocmask(int how, SignalSet set) {
    return add(Libc.SIGPROCMASK, how, set.address(), 0);
  }

  /** Ends the table. */
  public CallTable execvp(ArgumentVector argv) {
    // A file without #! is run by the shell, with a copy of argv on the stack: execvpe.c of glibc.
    stackSize += argv.size() * Long.BYTES;
    return add(Libc.EXECVP, argv.first(), argv.address(), 0);
  }

  CallTable add(long function, long a, long b, long c) {
    memory.putLong(end + OFFSETOF_function, function);
    memory.putLong(end + OFFSETOF_a, a);
    memory.putLong(end + OFFSETOF_b, b);
    memory.putLong(end + OFFSETOF_c, c);
    end += SIZEOF_call;
    return this;
  }

  long address() {
    return memory.address();
  }

  /** In bytes; a multiple of 16, as aarch64 needs it. */
  int stackSize() {
    return stackSize + STACK_ALIGNMENT - 1 & -STACK_ALIGNMENT;
  }

  /** The address of the function that makes the calls. */
  long code() {
    return CODE;
  }
}
