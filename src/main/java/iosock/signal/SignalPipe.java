package iosock.signal;

import static iosock.posix.Failure.check;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.MachineCode;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sigaction;
import iosock.posix.SignalSet;
import iosock.posix.Signals;

/**
 * Signals as a descriptor: whatever is caught arrives as a byte, its number, that can be polled for
 * and read. Lives as long as the process.
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

  /** What would end the process, or stop it, and leave its terminal as it is. */
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

  private static final int BATCH = 256;

  /** For kill(2). */
  private static final int OWN_GROUP = 0;

  private final Libc libc;
  private final int fd;
  private final long ignored;
  private final Sigaction handle;
  private final Sigaction standard = new Sigaction(Signals.SIG_DFL, 0);
  private final Sigaction ignore = new Sigaction(Signals.SIG_IGN, 0);
  private final NativeBuffer arrived = new NativeBuffer(BATCH);
  private final PollSet poll = new PollSet(1);

  private SignalPipe(Libc libc, int fd, Sigaction handle, long ignored) {
    this.libc = libc;
    this.fd = fd;
    this.handle = handle;
    this.ignored = ignored;
  }

  /**
   * Catches the signals that concern a program's keeper, but for those that were ignored when this
   * process started: they stay so. SIGCHLD is caught in any case.
   *
   * @param ignored the signals that were, bit N-1 for signal N
   */
  public static SignalPipe open(Libc libc, long ignored) {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    // Non-blocking: a handler must not wait, and a pipe full of signals has said it all.
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK), "open", "a pipe");
    long handler =
        MachineCode.load(
            HandlerCode.forProcessor(MachineCode.PROCESSOR, ends.getInt(Integer.BYTES)));
    // SA_RESTART, since any thread of the VM may be interrupted, and in any call.
    Sigaction handle = new Sigaction(handler, Signals.SA_RESTART | Signals.SA_NOCLDSTOP);
    SignalPipe pipe = new SignalPipe(libc, ends.getInt(0), handle, ignored);
    pipe.catchAll(CAUGHT);
    return pipe;
  }

  /**
   * Catches those too that would end the process, or stop it, before its terminal is as it was;
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

  /** In this thread, which is enough: they may all have been blocked when the process started. */
  private void unblock(long bits) {
    SignalSet caught = new SignalSet();
    caught.set(bits);
    libc.sigprocmask(Signals.SIG_UNBLOCK, caught, new SignalSet());
  }

  /**
   * Stops the process as SIGTSTP does that is not caught, until it is continued; in a process group
   * without a shell that could continue it, not at all.
   */
  public void stop() {
    libc.sigaction(Signals.SIGTSTP, standard);
    libc.raise(Signals.SIGTSTP);
    libc.sigaction(Signals.SIGTSTP, handle);
  }

  /**
   * Stops the process group, this process included, as a write to a terminal does that is another's
   * just now: a shell continues only a job of which nothing runs.
   */
  public void stopInBackground() {
    if (SignalSet.contains(ignored, Signals.SIGTTOU)) {
      return;
    }
    // Sent to the group it might stop this process through another thread, and so a moment later.
    libc.sigaction(Signals.SIGTTOU, ignore);
    libc.kill(OWN_GROUP, Signals.SIGTTOU);
    libc.sigaction(Signals.SIGTTOU, standard);
    libc.raise(Signals.SIGTTOU);
  }

  /**
   * Takes what arrives within a time, where nothing is to be done but to end.
   *
   * @throws TerminatedBySignal if it is a signal that ends a process
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
    poll.watch(0, fd, PollSet.POLLIN);
    return libc.poll(poll, timeoutMillis) > 0;
  }

  /** Readable when a signal has arrived. */
  public int fd() {
    return fd;
  }

  /**
   * Takes what has arrived, never waiting.
   *
   * @return how many; {@link #signal} tells which
   */
  public int read() {
    return (int) Math.max(libc.read(fd, arrived, BATCH), 0);
  }

  /** One of the signals that the last {@link #read} took. */
  public int signal(int index) {
    return arrived.getByte(index);
  }
}
