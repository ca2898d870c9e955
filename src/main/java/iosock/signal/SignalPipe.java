package iosock.signal;

import static iosock.posix.Failure.check;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.MachineCode;
import iosock.posix.Memory;
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

  private static final int BATCH = 256;

  private final Libc libc;
  private final int fd;
  private final Memory arrived = new Memory(BATCH);

  private SignalPipe(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /**
   * Catches the signals that concern a program's keeper, but for those that were ignored when this
   * process started: they stay so. SIGCHLD is caught in any case.
   *
   * @param ignored the signals that were, bit N-1 for signal N
   */
  public static SignalPipe open(Libc libc, long ignored) {
    Memory ends = new Memory(2 * Integer.BYTES);
    // Non-blocking: a handler must not wait, and a pipe full of signals has said it all.
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK), "open", "a pipe");
    long handler =
        MachineCode.load(
            HandlerCode.forProcessor(MachineCode.PROCESSOR, ends.getInt(Integer.BYTES)));
    // SA_RESTART, since any thread of the VM may be interrupted, and in any call.
    Sigaction action = new Sigaction(handler, Signals.SA_RESTART | Signals.SA_NOCLDSTOP);
    Sigaction ignore = new Sigaction(Signals.SIG_IGN, 0);
    long bits = 0;
    for (int signal : CAUGHT) {
      boolean stays = signal != Signals.SIGCHLD && SignalSet.contains(ignored, signal);
      check(libc.sigaction(signal, stays ? ignore : action), "catch", "signals");
      bits |= SignalSet.bit(signal);
    }
    unblock(libc, bits);
    return new SignalPipe(libc, ends.getInt(0));
  }

  /** In this thread, which is enough: they may all have been blocked when the process started. */
  private static void unblock(Libc libc, long bits) {
    SignalSet caught = new SignalSet();
    caught.set(bits);
    libc.pthread_sigmask(Signals.SIG_UNBLOCK, caught, new SignalSet());
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
