package iosock.tty;

import static iosock.posix.Failure.check;

import iosock.posix.Libc;
import iosock.posix.Termios;
import iosock.posix.WindowSize;
import iosock.signal.SignalPipe;

/** The terminal that iosock itself was started on, if it was. */
public final class OwnTerminal {

  private static final int NONE = -1;
  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_ERROR = 2;

  /** What was sent together with SIGCONT may still be on its way through another thread. */
  private static final int GRACE_MILLIS = 10;

  private final Libc libc;
  private final int fd;
  private final WindowSize size = new WindowSize();

  /** Allocated by {@link #goRaw}. */
  private Termios saved;

  private Termios raw;

  /** Whether it has to be made raw, or once more. */
  private boolean due;

  private boolean isRaw;

  private OwnTerminal(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /** That of standard input, or else output, or else error. */
  public static OwnTerminal find(Libc libc) {
    for (int fd = STANDARD_INPUT; fd <= STANDARD_ERROR; fd++) {
      if (libc.isatty(fd)) {
        return new OwnTerminal(libc, fd);
      }
    }
    return new OwnTerminal(libc, NONE);
  }

  /** Whether what is typed there is what iosock reads. */
  public boolean isInput() {
    return fd == STANDARD_INPUT;
  }

  /**
   * @return the size at this moment, in an object that the next call changes; null if it has none
   */
  public WindowSize size() {
    boolean known = fd != NONE && libc.tiocgwinsz(fd, size) == 0 && size.isReasonable();
    return known ? size : null;
  }

  /** Gives another terminal the characters that edit, interrupt and so on, or sane ones. */
  void copyControlCharactersTo(Termios settings) {
    Termios own = new Termios();
    if (fd != NONE && libc.tcgetattr(fd, own) == 0) {
      settings.takeCharacters(own);
    } else {
      settings.setUtf8();
    }
  }

  /**
   * What is typed is to come byte by byte, and what is written not to be touched, until {@link
   * #restore}: from the next {@link #settle} on.
   */
  public void goRaw() {
    saved = new Termios();
    raw = new Termios();
    check(libc.tcgetattr(fd, saved), "read the settings of", "the terminal");
    libc.tcgetattr(fd, raw);
    libc.cfmakeraw(raw);
    due = true;
  }

  /** Whoever stopped the process, or whoever was served meanwhile, may have changed it. */
  public void continued() {
    due = saved != null;
  }

  /** Stops the process until it is continued, and meanwhile the terminal is as it was. */
  public void suspend(SignalPipe signals) {
    restore();
    signals.stop();
    continued();
  }

  /**
   * Makes it raw if that is due. In the background it is the shell's: there the process stops, as
   * one does that writes to it, until it is in the foreground; but not before it has heeded what
   * else it was told, which may be to end.
   *
   * @param mayStop whether to stop in the background; else it is left for later
   */
  public void settle(SignalPipe signals, boolean mayStop) {
    if (!due) {
      return;
    }
    if (!isInBackground()) {
      becomeRaw();
    } else if (mayStop && !signals.await(GRACE_MILLIS)) {
      stopOrBecomeRaw(signals);
    }
  }

  /** A shell that has given it the terminal meanwhile would not continue what it takes to run. */
  private void stopOrBecomeRaw(SignalPipe signals) {
    if (!isInBackground()) {
      becomeRaw();
      return;
    }
    due = false;
    signals.stopInBackground();
    // If it was continued for good; else SIGCONT will say when to look again.
    due = !isInBackground();
  }

  private void becomeRaw() {
    due = false;
    isRaw = libc.tcsetattr(fd, Termios.TCSANOW, raw) == 0;
  }

  /**
   * As it was before it went raw; does nothing if it is not. In the background it is the shell's
   * again, which has its own settings by now.
   */
  public void restore() {
    if (isRaw && !isInBackground()) {
      libc.tcsetattr(fd, Termios.TCSANOW, saved);
    }
    isRaw = false;
  }

  /** A terminal that does not control this process knows neither foreground nor background. */
  private boolean isInBackground() {
    int foreground = libc.tcgetpgrp(fd);
    return foreground >= 0 && foreground != libc.getpgrp();
  }
}
