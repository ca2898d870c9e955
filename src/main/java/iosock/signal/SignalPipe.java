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

  private static final int[] CAUGHT = {
    Signals.SIGHUP,
    Signals.SIGINT,
    Signals.SIGQUIT,
    Signals.SIGUSR1,
    Signals.SIGUSR2,
    Signals.SIGTERM,
    Signals.SIGCONT,
    Signals.SIGWINCH,
    Signals.SIGCHLD,
  };

  /** They would end or stop the process, and leave its terminal in raw mode. */
  private static final int[] CAUGHT_FOR_TERMINAL = {
    Signals.SIGABRT,
    Signals.SIGALRM,
    Signals.SIGSTKFLT,
    Signals.SIGTSTP,
    Signals.SIGXCPU,
    Signals.SIGVTALRM,
    Signals.SIGPROF,
    Signals.SIGIO,
    Signals.SIGPWR,
    Signals.SIGSYS,
  };

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

  private SignalPipe(Libc libc, int fd, Sigaction handle, long ignored) {
    this.libc = libc;
    this.fd = fd;
    this.handle = handle;
    this.ignored = ignored;
    poll = PollSet.of(new Watch(fd), PollSet.POLLIN);
  }

  /**
   * Catches the signals that a supervisor handles or passes on, except those that were ignored when
   * this process started: they stay ignored. SIGCHLD is caught in any case.
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
    // SA_RESTART, since a signal may interrupt any thread of the VM in any call.
    Sigaction handle = new Sigaction(handler, Signals.SA_RESTART | Signals.SA_NOCLDSTOP);
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
    int[] realtime = new int[Signals.SIGRTMAX - Signals.SIGRTMIN + 1];
    for (int i = 0; i < realtime.length; i++) {
      realtime[i] = Signals.SIGRTMIN + i;
    }
    catchAll(realtime);
  }

  private void catchAll(int[] signals) {
    long bits = 0;
    for (int signal : signals) {
      boolean stays = signal != Signals.SIGCHLD && SignalSet.contains(ignored, signal);
      check(libc.sigaction(signal, stays ? ignore : handle), "catch", "signals");
      bits |= SignalSet.bit(signal);
    }
    unblock(bits);
  }

  /**
   * They may have been blocked when the process started. One thread that has them unblocked will
   * do.
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
        case Signals.SIGCHLD, Signals.SIGCONT, Signals.SIGWINCH -> {}
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
    return Errno.isTemporary(read) ? 0 : check(read, "read", "signals");
  }

  /** A signal that the last {@link #read} has read. */
  public int signal(int index) {
    return arrived.getByte(index);
  }
}
