package iosock.posix;

/**
 * The functions of libc, each named as in C and described in its manual page.
 *
 * <p>One errno policy: a method returns what the C function returns, except that a failure is the
 * negative errno. {@link Failure#check} throws it where iosock cannot go on.
 *
 * <p>An instance is for one thread, since some results pass through its memory. The caller closes
 * the descriptors that it opens.
 */
public final class Libc {

  private static final long ACCEPT4 = Link.function("accept4");
  private static final long BIND = Link.function("bind");
  private static final long CFMAKERAW = Link.function("cfmakeraw");
  private static final long CLONE = Link.function("clone");
  private static final long CHMOD = Link.function("chmod");
  private static final long CLOSE = Link.function("close");
  private static final long CONNECT = Link.function("connect");
  static final long DUP2 = Link.function("dup2");
  static final long ERRNO_LOCATION = Link.function("__errno_location");
  static final long EXECVP = Link.function("execvp");
  private static final long FCHDIR = Link.function("fchdir");
  private static final long FCNTL = Link.function("fcntl");
  private static final long GETEGID = Link.function("getegid");
  private static final long GETENV = Link.function("getenv");
  private static final long GETEUID = Link.function("geteuid");
  private static final long GETPEERNAME = Link.function("getpeername");
  private static final long GETPGID = Link.function("getpgid");
  private static final long GETPGRP = Link.function("getpgrp");
  private static final long GETPID = Link.function("getpid");
  private static final long GETPPID = Link.function("getppid");
  private static final long GETRLIMIT = Link.function("getrlimit");
  private static final long GETSOCKNAME = Link.function("getsockname");
  private static final long GETSOCKOPT = Link.function("getsockopt");
  private static final long GETSID = Link.function("getsid");
  private static final long GRANTPT = Link.function("grantpt");
  static final long IOCTL = Link.function("ioctl");
  private static final long ISATTY = Link.function("isatty");
  private static final long KILL = Link.function("kill");
  private static final long LISTEN = Link.function("listen");
  private static final long MEMCPY = Link.function("memcpy");
  private static final long MMAP = Link.function("mmap");
  private static final long MUNMAP = Link.function("munmap");
  private static final long OPEN = Link.function("open");
  private static final long PIPE2 = Link.function("pipe2");
  private static final long POLL = Link.function("poll");
  private static final long POSIX_OPENPT = Link.function("posix_openpt");
  private static final long PRCTL = Link.function("prctl");
  private static final long RAISE = Link.function("raise");
  private static final long READ = Link.function("read");
  private static final long READLINK = Link.function("readlink");
  private static final long RECV = Link.function("recv");
  private static final long RECVMSG = Link.function("recvmsg");
  private static final long SEND = Link.function("send");
  private static final long SENDMSG = Link.function("sendmsg");
  static final long SETSID = Link.function("setsid");
  static final long SETPGID = Link.function("setpgid");
  private static final long SETSOCKOPT = Link.function("setsockopt");
  static final long SETRLIMIT = Link.function("setrlimit");
  private static final long SHUTDOWN = Link.function("shutdown");
  static final long SIGACTION = Link.function("sigaction");
  static final long SIGPROCMASK = Link.function("sigprocmask");
  private static final long SOCKET = Link.function("socket");
  private static final long SOCKETPAIR = Link.function("socketpair");
  private static final long SPLICE = Link.function("splice");
  private static final long STATX = Link.function("statx");
  private static final long STRERROR = Link.function("strerror");
  private static final long STRLEN = Link.function("strlen");
  private static final long SYSCALL = Link.function("syscall");
  private static final long TCGETATTR = Link.function("tcgetattr");
  private static final long TEE = Link.function("tee");
  private static final long TCGETPGRP = Link.function("tcgetpgrp");
  private static final long TCFLOW = Link.function("tcflow");
  private static final long TCSETATTR = Link.function("tcsetattr");
  private static final long UMASK = Link.function("umask");
  private static final long UNLINK = Link.function("unlink");
  private static final long UNLOCKPT = Link.function("unlockpt");
  private static final long UNSETENV = Link.function("unsetenv");
  private static final long WAITPID = Link.function("waitpid");
  static final long WRITE = Link.function("write");

  private final NativeBuffer word = new NativeBuffer(Long.BYTES);
  private final NativeBuffer length = new NativeBuffer(Integer.BYTES);
  private final Sigaction current = new Sigaction(Signals.SIG_DFL, 0);

  public int accept4(int fd, int flags) {
    return result(call(ACCEPT4, fd, 0, 0, flags, 0, 0));
  }

  public int bind(int fd, SocketAddress address) {
    return result(call(BIND, fd, address.address(), address.length()));
  }

  public void cfmakeraw(Termios settings) {
    call(CFMAKERAW, settings.address(), 0, 0);
  }

  /**
   * Starts a child with clone(2), which makes the calls of {@code calls}. It shares this process's
   * memory, so the calling thread sleeps until the child has executed a program or ended: {@code
   * CLONE_VM | CLONE_VFORK}. Everything else is the child's own, as after fork(2): descriptors,
   * signal dispositions, limits, session. Its stack exists for the length of this call.
   *
   * <p>Signals that have handlers must be blocked: the child would run them too.
   *
   * @return the child's process id
   */
  public int clone(CallTable calls) {
    int size = calls.stackSize();
    int protection = Mman.PROT_READ | Mman.PROT_WRITE;
    int flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS | Mman.MAP_STACK;
    long stack = call(MMAP, 0, size, protection, flags, -1, 0);
    if (stack < 0) {
      return result(stack);
    }
    int how = Sched.CLONE_VM | Sched.CLONE_VFORK | Signals.SIGCHLD;
    int pid = result(call(CLONE, calls.code(), stack + size, how, calls.address(), 0, 0));
    call(MUNMAP, stack, size, 0);
    return pid;
  }

  public int chmod(NativeBuffer path, int mode) {
    return result(call(CHMOD, path.address(), mode, 0));
  }

  public int close(int fd) {
    return result(call(CLOSE, fd, 0, 0));
  }

  public int connect(int fd, SocketAddress address) {
    return result(call(CONNECT, fd, address.address(), address.length()));
  }

  public int fchdir(int fd) {
    return result(call(FCHDIR, fd, 0, 0));
  }

  public int fcntl(int fd, int command, int argument) {
    return result(call(FCNTL, fd, command, argument));
  }

  public int getegid() {
    return (int) call(GETEGID, 0, 0, 0);
  }

  public int geteuid() {
    return (int) call(GETEUID, 0, 0, 0);
  }

  /**
   * @return the address of the value, in the environment itself; 0 if there is no such variable
   */
  public long getenv(NativeBuffer name) {
    return call(GETENV, name.address(), 0, 0);
  }

  /**
   * @param limit receives this process's limit
   */
  public int getrlimit(int resource, ResourceLimit limit) {
    return result(call(GETRLIMIT, resource, limit.address(), 0));
  }

  /**
   * @param name receives the peer's address
   */
  public int getpeername(int fd, PeerName name) {
    return result(call(GETPEERNAME, fd, name.address(), name.lengthAddress()));
  }

  /**
   * @return the process group of a process
   */
  public int getpgid(int pid) {
    return result(call(GETPGID, pid, 0, 0));
  }

  public int getpgrp() {
    return (int) call(GETPGRP, 0, 0, 0);
  }

  public int getpid() {
    return (int) call(GETPID, 0, 0, 0);
  }

  /**
   * @return 0 if the parent is in another PID namespace
   */
  public int getppid() {
    return (int) call(GETPPID, 0, 0, 0);
  }

  /**
   * @param pid 0 for this process
   * @return the session of a process, by the process id of its leader
   */
  public int getsid(int pid) {
    return result(call(GETSID, pid, 0, 0));
  }

  /**
   * @param name receives the socket's own address
   */
  public int getsockname(int fd, PeerName name) {
    return result(call(GETSOCKNAME, fd, name.address(), name.lengthAddress()));
  }

  /** For options that are an int. */
  public int getsockopt(int fd, int level, int option) {
    length.putInt(0, Integer.BYTES);
    int result = result(call(GETSOCKOPT, fd, level, option, word.address(), length.address(), 0));
    return result < 0 ? result : word.getInt(0);
  }

  /**
   * SO_PEERCRED: unix(7).
   *
   * @param credentials receives those of the peer, as they were when it connected or listened
   */
  public int getPeerCredentials(int fd, Credentials credentials) {
    length.putInt(0, Credentials.SIZEOF);
    int option = Sockets.SO_PEERCRED;
    long value = credentials.address();
    return result(call(GETSOCKOPT, fd, Sockets.SOL_SOCKET, option, value, length.address(), 0));
  }

  /**
   * SO_PEERGROUPS, Linux 4.13.
   *
   * @param groups receives the peer's supplementary groups, each an int
   * @return how many bytes the groups need; or a negative errno, -ERANGE if {@code groups} is too
   *     small
   */
  public int getPeerGroups(int fd, NativeBuffer groups) {
    length.putInt(0, groups.size());
    int option = Sockets.SO_PEERGROUPS;
    long value = groups.address();
    int result =
        result(call(GETSOCKOPT, fd, Sockets.SOL_SOCKET, option, value, length.address(), 0));
    return result < 0 ? result : length.getInt(0);
  }

  /** How many bytes can be read from a pipe or socket: ioctl(2). */
  public int fionread(int fd) {
    int result = result(call(IOCTL, fd, Ioctl.FIONREAD, word.address()));
    return result < 0 ? result : word.getInt(0);
  }

  /**
   * @return how much memory the peer of a Unix socket has not taken by reading: SIOCOUTQ, unix(7);
   *     or a negative errno
   */
  public int siocoutq(int fd) {
    int result = result(call(IOCTL, fd, Ioctl.SIOCOUTQ, word.address()));
    return result < 0 ? result : word.getInt(0);
  }

  /** Whether {@code fd} is the master of a pseudo-terminal: ioctl_tty(2). */
  public boolean isPtyMaster(int fd) {
    return result(call(IOCTL, fd, Ioctl.TIOCGPTN, word.address())) == 0;
  }

  /**
   * Opens the terminal of a master, without its path: ioctl_tty(2).
   *
   * @return the terminal's descriptor
   */
  public int tiocgptpeer(int master, int flags) {
    return result(call(IOCTL, master, Ioctl.TIOCGPTPEER, flags));
  }

  /**
   * @param size receives the size of the terminal, or of the master's terminal
   */
  public int tiocgwinsz(int fd, WindowSize size) {
    return result(call(IOCTL, fd, Ioctl.TIOCGWINSZ, size.address()));
  }

  /** Sets the size of a terminal. Its foreground processes get SIGWINCH if the size changes. */
  public int tiocswinsz(int fd, WindowSize size) {
    return result(call(IOCTL, fd, Ioctl.TIOCSWINSZ, size.address()));
  }

  public int grantpt(int master) {
    return result(call(GRANTPT, master, 0, 0));
  }

  public boolean isatty(int fd) {
    return (int) call(ISATTY, fd, 0, 0) == 1;
  }

  /**
   * @param pid a process; or the negative number of a process group
   * @param signal 0 to send none
   */
  public int kill(int pid, int signal) {
    return result(call(KILL, pid, signal, 0));
  }

  public int listen(int fd, int backlog) {
    return result(call(LISTEN, fd, backlog, 0));
  }

  public int open(NativeBuffer path, int flags) {
    return result(call(OPEN, path.address(), flags, 0));
  }

  /**
   * @param ends receives two ints: the read end, then the write end
   */
  public int pipe2(NativeBuffer ends, int flags) {
    return result(call(PIPE2, ends.address(), flags, 0));
  }

  /**
   * @param timeout in milliseconds; -1 for none
   */
  int poll(PollSet set, int timeout) {
    return result(call(POLL, set.address(), set.size(), timeout));
  }

  public int posix_openpt(int flags) {
    return result(call(POSIX_OPENPT, flags, 0, 0));
  }

  /** For options that have one argument. */
  public int prctl(int option, long argument) {
    return result(call(PRCTL, option, argument, 0, 0, 0, 0));
  }

  /**
   * Sends a signal to the calling thread. If it stops the process, this returns once it goes on.
   */
  public int raise(int signal) {
    return result(call(RAISE, signal, 0, 0));
  }

  public long read(int fd, NativeBuffer buffer, int length) {
    return read(fd, buffer, 0, length);
  }

  public long read(int fd, NativeBuffer buffer, int offset, int length) {
    return call(READ, fd, buffer.address() + offset, length);
  }

  /**
   * @return how many bytes of the target, without a NUL, were put into {@code buffer}
   */
  public int readlink(NativeBuffer path, NativeBuffer buffer) {
    return (int) call(READLINK, path.address(), buffer.address(), buffer.size());
  }

  public long recvmsg(int fd, Message message, int flags) {
    return call(RECVMSG, fd, message.address(), flags);
  }

  public long recv(int fd, NativeBuffer buffer, int length, int flags) {
    return call(RECV, fd, buffer.address(), length, flags, 0, 0);
  }

  public long send(int fd, NativeBuffer buffer, int offset, int length, int flags) {
    return call(SEND, fd, buffer.address() + offset, length, flags, 0, 0);
  }

  public long sendmsg(int fd, Message message, int flags) {
    return call(SENDMSG, fd, message.address(), flags);
  }

  public int setsockopt(int fd, int level, int option, int value) {
    word.putInt(0, value);
    return result(call(SETSOCKOPT, fd, level, option, word.address(), Integer.BYTES, 0));
  }

  /** Unsets SO_LINGER, so that close(2) does not wait: socket(7). */
  public int unsetLinger(int fd) {
    word.putLong(0, 0);
    return result(
        call(
            SETSOCKOPT,
            fd,
            Sockets.SOL_SOCKET,
            Sockets.SO_LINGER,
            word.address(),
            2 * Integer.BYTES,
            0));
  }

  public int shutdown(int fd, int how) {
    return result(call(SHUTDOWN, fd, how, 0));
  }

  public int sigaction(int signal, Sigaction action) {
    return result(call(SIGACTION, signal, action.address(), 0));
  }

  /** Whether this process ignores a signal: sigaction(2). */
  public boolean isIgnored(int signal) {
    return call(SIGACTION, signal, 0, current.address()) == 0
        && current.handler() == Signals.SIG_IGN;
  }

  /**
   * Changes the calling thread's mask; fails only for an invalid {@code how}. Linux has no mask of
   * a whole process.
   *
   * @param how SIG_SETMASK or SIG_UNBLOCK
   * @param old receives the previous mask
   */
  public void sigprocmask(int how, SignalSet set, SignalSet old) {
    call(SIGPROCMASK, how, set.address(), old.address());
  }

  public int socket(int domain, int type) {
    return result(call(SOCKET, domain, type, 0));
  }

  /**
   * @param ends receives two ints
   */
  public int socketpair(int domain, int type, NativeBuffer ends) {
    return result(call(SOCKETPAIR, domain, type, 0, ends.address(), 0, 0));
  }

  /** splice(2), at the current offset of both descriptors. */
  public long splice(int from, int to, long length, int flags) {
    return call(SPLICE, from, 0, to, 0, length, flags);
  }

  /**
   * Where a sandbox refuses statx(2) with EPERM, fstatat(2) is called; for ENOSYS libc does that.
   */
  public int statx(int directory, NativeBuffer path, int flags, FileStatus status) {
    int mask = FileStatus.STATX_BASIC_STATS;
    int result = result(call(STATX, directory, path.address(), flags, mask, status.address(), 0));
    return result == -Errno.EPERM ? fstatat(directory, path, flags, status) : result;
  }

  /** As a system call, since libc has its function by this name only from 2.33 on. */
  private int fstatat(int directory, NativeBuffer path, int flags, FileStatus status) {
    long stat = status.stat().address();
    long number = SystemCalls.SYS_newfstatat;
    int result = result(call(SYSCALL, number, directory, path.address(), stat, flags, 0));
    if (result == 0) {
      status.takeStat();
    }
    return result;
  }

  /** The text of an error, in the user's language and charset. */
  public byte[] strerror(int errno) {
    return string(call(STRERROR, errno, 0, 0));
  }

  /**
   * @param text the address of a string of libc's
   * @return a copy, without its NUL
   */
  public byte[] string(long text) {
    NativeBuffer copy = new NativeBuffer((int) call(STRLEN, text, 0, 0));
    call(MEMCPY, copy.address(), text, copy.size());
    return copy.get(0, copy.size());
  }

  /**
   * @param to the address of a string of libc's, which keeps its length
   * @param text replaces its beginning, without a NUL
   */
  public void overwrite(long to, byte[] text) {
    call(MEMCPY, to, NativeBuffer.string(text).address(), text.length);
  }

  /**
   * @param settings receives the settings of the terminal, or of the master's terminal
   */
  public int tcgetattr(int fd, Termios settings) {
    return result(call(TCGETATTR, fd, settings.address(), 0));
  }

  /**
   * Suspends or resumes the output of a terminal.
   *
   * @param action TCOOFF or TCOON
   */
  public int tcflow(int fd, int action) {
    return result(call(TCFLOW, fd, action, 0));
  }

  /** tee(2): copies references to what {@code from} holds; both ends are pipes. */
  public long tee(int from, int to, long length, int flags) {
    return call(TEE, from, to, length, flags, 0, 0);
  }

  public int tcgetpgrp(int fd) {
    return result(call(TCGETPGRP, fd, 0, 0));
  }

  /**
   * @param when TCSANOW
   */
  public int tcsetattr(int fd, int when, Termios settings) {
    return result(call(TCSETATTR, fd, when, settings.address()));
  }

  public int umask(int mask) {
    return (int) call(UMASK, mask, 0, 0);
  }

  public int unlink(NativeBuffer path) {
    return result(call(UNLINK, path.address(), 0, 0));
  }

  public int unlockpt(int master) {
    return result(call(UNLOCKPT, master, 0, 0));
  }

  public int unsetenv(NativeBuffer name) {
    return result(call(UNSETENV, name.address(), 0, 0));
  }

  /**
   * @param status receives an int for {@link WaitStatus}
   */
  public int waitpid(int pid, NativeBuffer status, int options) {
    return result(call(WAITPID, pid, status.address(), options));
  }

  public long write(int fd, NativeBuffer buffer, int offset, int length) {
    return call(WRITE, fd, buffer.address() + offset, length);
  }

  private static long call(long function, long a, long b, long c) {
    return Link.call(function, a, b, c, 0, 0, 0);
  }

  private static long call(long function, long a, long b, long c, long d, long e, long f) {
    return Link.call(function, a, b, c, d, e, f);
  }

  /** For functions that return an int, of which only the lower half of the register is set. */
  private static int result(long returned) {
    return (int) returned;
  }
}
