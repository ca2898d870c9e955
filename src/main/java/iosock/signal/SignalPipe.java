package iosock.signal;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.MachineCode;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sigaction;
import iosock.posix.SignalSet;
import iosock.posix.Signals;
import iosock.posix.Watch;

/**
 * Signals as a descriptor: each signal that is caught can be polled for and read as a byte, its
 * number. The pipe is never closed.
 */
public final class SignalPipe {

  /** They report a fault of the running code, and the VM uses them to run Java code. */
  private static final long FAULTS =
      bits(Signals.SIGILL, Signals.SIGTRAP, Signals.SIGBUS, Signals.SIGFPE, Signals.SIGSEGV);

  /** Those of job control, which stop a process, and of which SIGSTOP cannot be caught. */
  private static final long STOPS = bits(Signals.SIGTSTP, Signals.SIGTTIN, Signals.SIGTTOU);

  /**
   * All but those that mean a fault, those that stop a process, and those that this process gets
   * for what it writes. glibc keeps 32 and 33 for itself. {@code bin/iosock} blocks the same ones.
   */
  private static final long CAUGHT =
      ~(FAULTS
          | STOPS
          | bits(Signals.SIGABRT, Signals.SIGSYS)
          | bits(Signals.SIGPIPE, Signals.SIGXFSZ)
          | bits(Signals.SIGKILL, Signals.SIGSTOP)
          | bits(32, 33));

  /** They would end or stop the process, and leave its terminal in raw mode. */
  private static final long CAUGHT_FOR_TERMINAL =
      bits(Signals.SIGABRT, Signals.SIGSYS, Signals.SIGTSTP);

  /** How many signals one read takes at most. */
  private static final int BATCH = 256;

  private final Libc libc;
  private final int fd;
  private final long ignored;
  private final Sigaction handle;
  private final Sigaction standard = new Sigaction(Signals.SIG_DFL, 0);
  private final Sigaction ignore = new Sigaction(Signals.SIG_IGN, 0);
  private final NativeBuffer arrived = new NativeBuffer(BATCH);
  private final PollSet poll;

  /** How many of the signals that are still to be read came before {@link #forgetSenders}. */
  private int senderless;

  /** How many of those that were read last did. */
  private int senderlessRead;

  private SignalPipe(Libc libc, int fd, Sigaction handle, long ignored) {
    this.libc = libc;
    this.fd = fd;
    this.handle = handle;
    this.ignored = ignored;
    poll = PollSet.of(new Watch(fd), PollSet.POLLIN);
  }

  /**
   * Catches the signals that a supervisor handles or passes on, except those that were ignored when
   * this process started: they stay ignored. SIGCHLD is caught in any case. Not caught are those
   * that mean a fault, SIGABRT and SIGSYS among them; SIGPIPE and SIGXFSZ, which the VM ignores;
   * and SIGTSTP, SIGTTIN and SIGTTOU.
   *
   * @param ignored the signals that were ignored, bit N-1 for signal N
   */
  public static SignalPipe open(Libc libc, long ignored) {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    // Non-blocking, as a handler must not wait. While the pipe is full, further signals are lost.
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK), "open", "a pipe");
    long handler =
        MachineCode.load(
            HandlerCode.forProcessor(MachineCode.PROCESSOR, ends.getInt(Integer.BYTES)));
    // SA_RESTART, since a signal may interrupt any thread of the VM in any call. The mask keeps
    // their order: of two that are pending the second would interrupt the handler of the first.
    int flags = Signals.SA_SIGINFO | Signals.SA_RESTART | Signals.SA_NOCLDSTOP;
    Sigaction handle = new Sigaction(handler, flags, ~FAULTS);
    SignalPipe pipe = new SignalPipe(libc, ends.getInt(0), handle, ignored);
    pipe.catchAll(CAUGHT);
    return pipe;
  }

  /**
   * Catches also the signals that would end or stop the process before its terminal is restored;
   * SIGTSTP among them, for {@link #stop}.
   */
  public void catchForTerminal() {
    catchAll(CAUGHT_FOR_TERMINAL);
  }

  /** Catches also SIGTSTP, for {@link iosock.tty.JobControl}. */
  public void catchSuspend() {
    catchAll(bits(Signals.SIGTSTP));
  }

  /** Catches also the signals that stop a process, to pass them on. */
  public void catchStops() {
    catchAll(STOPS);
  }

  private void catchAll(long signals) {
    for (int signal = 1; signal <= Signals.SIGRTMAX; signal++) {
      if (SignalSet.contains(signals, signal)) {
        boolean stays = signal != Signals.SIGCHLD && SignalSet.contains(ignored, signal);
        check(libc.sigaction(signal, stays ? ignore : handle), "catch", "signals");
      }
    }
    unblock(signals);
  }

  private static long bits(int... signals) {
    long bits = 0;
    for (int signal : signals) {
      bits |= SignalSet.bit(signal);
    }
    return bits;
  }

  /**
   * {@code bin/iosock} has blocked them, or they were blocked before. One thread that has them
   * unblocked will do.
   */
  private void unblock(long bits) {
    SignalSet caught = new SignalSet();
    caught.set(bits);
    libc.sigprocmask(Signals.SIG_UNBLOCK, caught, new SignalSet());
  }

  /** Gives a signal its default disposition, until it is caught again. */
  public void setDefault(int signal) {
    libc.sigaction(signal, standard);
  }

  /** Ignores a signal. */
  public void setIgnored(int signal) {
    libc.sigaction(signal, ignore);
  }

  /** Catches a signal again. */
  public void setCaught(int signal) {
    libc.sigaction(signal, handle);
  }

  /** Whether a signal was ignored when this process started. */
  public boolean wasIgnored(int signal) {
    return SignalSet.contains(ignored, signal);
  }

  /**
   * Waits for a signal, in a place where the only one to handle is one that ends the process.
   *
   * @throws TerminatedBySignal if a signal arrives that ends a process
   */
  public void waitForTermination(int timeoutMillis) throws TerminatedBySignal {
    int count = await(timeoutMillis) ? read() : 0;
    for (int i = 0; i < count; i++) {
      switch (signal(i)) {
        case Signals.SIGCHLD, Signals.SIGCONT, Signals.SIGURG, Signals.SIGWINCH -> {}
        default -> throw new TerminatedBySignal(signal(i));
      }
    }
  }

  /**
   * @return whether a signal has arrived within that time
   */
  public boolean await(int timeoutMillis) {
    return poll.poll(libc, timeoutMillis) > 0;
  }

  /** Readable when a signal has arrived. */
  public int fd() {
    return fd;
  }

  /**
   * Reads the signals that have arrived, without waiting.
   *
   * @return how many; {@link #signal} returns each
   * @throws iosock.posix.Failure if they cannot be read
   */
  public int read() {
    int read = (int) libc.read(fd, arrived, BATCH);
    int count = Errno.isTemporary(read) ? 0 : check(read, "read", "signals");
    senderlessRead = Math.min(senderless, count);
    senderless -= senderlessRead;
    return count;
  }

  /**
   * From now on the signals that have arrived count as sent to this process alone: there was no
   * command in its process group that could have got them too.
   */
  public void forgetSenders() {
    senderless = Math.max(libc.fionread(fd), 0);
  }

  /** A signal that the last {@link #read} has read. */
  public int signal(int index) {
    return arrived.getByte(index) & ~HandlerCode.FROM_KERNEL & 0xff;
  }

  /**
   * Whether the kernel has sent that signal, as it does for a key of the terminal, and perhaps to
   * the whole process group.
   */
  public boolean isFromKernel(int index) {
    return index >= senderlessRead && (arrived.getByte(index) & HandlerCode.FROM_KERNEL) != 0;
  }
}
