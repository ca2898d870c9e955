package iosock.tty;

import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.signal.SignalPipe;

/** Stops iosock as the kernel stops any job. */
public final class JobControl {

  /** For kill(2). */
  private static final int OWN_GROUP = 0;

  /** A signal that was sent together with SIGCONT may still be on its way in another thread. */
  private static final int SIGNAL_GRACE_MILLIS = 10;

  private final Libc libc;
  private final SignalPipe signals;

  public JobControl(Libc libc, SignalPipe signals) {
    this.libc = libc;
    this.signals = signals;
  }

  /**
   * Stops the process as SIGTSTP does that is not caught, until it is continued; in a process group
   * without a shell that could continue it, not at all.
   */
  void stop() {
    signals.setDefault(Signals.SIGTSTP);
    libc.raise(Signals.SIGTSTP);
    signals.setCaught(Signals.SIGTSTP);
  }

  /**
   * Stops the process group, this process included, as a write to a terminal does that another
   * process group has just now: a shell continues only a job of which nothing runs.
   */
  void stopGroup() {
    if (signals.wasIgnored(Signals.SIGTTOU)) {
      return;
    }
    // Sent to the group it might stop this process through another thread, and so a moment later.
    signals.setIgnored(Signals.SIGTTOU);
    libc.kill(OWN_GROUP, Signals.SIGTTOU);
    signals.setDefault(Signals.SIGTTOU);
    libc.raise(Signals.SIGTTOU);
  }

  /** Whether a signal has arrived, or arrives within a moment, that is to be handled first. */
  boolean isSignalPending() {
    return signals.await(SIGNAL_GRACE_MILLIS);
  }
}
