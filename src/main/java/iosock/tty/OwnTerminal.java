package iosock.tty;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Termios;
import iosock.posix.WindowSize;

/** The terminal that iosock itself was started on, if it was. */
public final class OwnTerminal {

  private static final String NAME = "the terminal";
  private static final int NONE = -1;
  private static final int STANDARD_INPUT = 0;
  private static final int STANDARD_ERROR = 2;

  private final Libc libc;
  private final int fd;

  private final Termios saved = new Termios();
  private final Termios raw = new Termios();
  private final Termios current = new Termios();

  /** Whether the terminal is to be in raw mode while iosock runs in the foreground. */
  private boolean wantsRawMode;

  /** Whether raw mode is to be entered, or entered again. */
  private boolean rawModePending;

  private boolean isRaw;

  private OwnTerminal(Libc libc, int fd) {
    this.libc = libc;
    this.fd = fd;
  }

  /** The terminal of standard input, or else of standard output, or else of standard error. */
  public static OwnTerminal find(Libc libc) {
    for (int fd = STANDARD_INPUT; fd <= STANDARD_ERROR; fd++) {
      if (libc.isatty(fd)) {
        return new OwnTerminal(libc, fd);
      }
    }
    return new OwnTerminal(libc, NONE);
  }

  /** Whether there is one. */
  public boolean exists() {
    return fd != NONE;
  }

  /** Whether iosock's standard input is this terminal. */
  public boolean isInput() {
    return fd == STANDARD_INPUT;
  }

  /**
   * @param size receives the size at this moment
   * @return whether there is one that a terminal may have; if not, {@code size} may hold anything
   */
  public boolean readSize(WindowSize size) {
    return fd != NONE && libc.tiocgwinsz(fd, size) == 0 && size.isReasonable();
  }

  /**
   * Copies the characters that erase, interrupt and so on (c_cc), or sets UTF-8 if there are none.
   */
  void copyControlCharactersTo(Termios settings) {
    Termios own = new Termios();
    if (fd != NONE && libc.tcgetattr(fd, own) == 0) {
      settings.takeCharacters(own);
    } else {
      settings.setUtf8();
    }
  }

  /**
   * Asks for raw mode, cfmakeraw(3), from the next {@link #enterRawModeIfForeground} on until
   * {@link #restore}.
   *
   * @throws iosock.posix.Failure if the settings cannot be read
   */
  public void goRaw() {
    check(libc.tcgetattr(fd, saved), "read the settings of", NAME);
    libc.tcgetattr(fd, raw);
    libc.cfmakeraw(raw);
    wantsRawMode = true;
    rawModePending = true;
  }

  /** The process was continued: other processes may have changed the settings meanwhile. */
  public void continued() {
    rawModePending = wantsRawMode;
  }

  /** Whether raw mode is to be entered before anything is read or written there. */
  public boolean isRawModePending() {
    return rawModePending;
  }

  /** Stops the process until it is continued, with the terminal's settings restored meanwhile. */
  public void suspend(JobControl jobs) {
    restore();
    jobs.stop();
    continued();
  }

  /**
   * Enters raw mode if that is pending. In the background the terminal is the shell's: there the
   * process stops, as one does that writes to the terminal, until it is in the foreground; but not
   * before it has handled the signals that have arrived, which may be to end.
   *
   * @param maySuspend whether to stop in the background; else it stays pending
   * @throws iosock.posix.Failure if the settings cannot be changed
   */
  public void enterRawModeIfForeground(JobControl jobs, boolean maySuspend) {
    if (!rawModePending) {
      return;
    }
    if (!isInBackground()) {
      enterRawMode();
    } else if (maySuspend && !jobs.isSignalPending()) {
      stopOrEnterRawMode(jobs);
    }
  }

  /** A shell that has given the terminal back meanwhile does not continue a job that runs. */
  private void stopOrEnterRawMode(JobControl jobs) {
    if (!isInBackground()) {
      enterRawMode();
      return;
    }
    rawModePending = false;
    jobs.stopGroup();
    if (!isInBackground()) {
      enterRawMode();
    }
    // Else SIGCONT says when to look again.
  }

  private void enterRawMode() {
    rawModePending = false;
    check(apply(raw), "change the settings of", NAME);
    isRaw = true;
  }

  /**
   * Restores the settings from before raw mode; does nothing outside raw mode. In the background
   * the terminal is the shell's again, which has made its own settings by now.
   *
   * @return the negative errno of tcsetattr(3), or 0
   */
  public int restore() {
    boolean isOwn = isRaw && !isInBackground();
    isRaw = false;
    return isOwn ? apply(saved) : 0;
  }

  /**
   * A terminal that has hung up takes no settings, and needs none.
   *
   * @return the negative errno of tcsetattr(3), or 0
   */
  private int apply(Termios settings) {
    int result;
    do {
      result = libc.tcsetattr(fd, Termios.TCSANOW, settings);
    } while (result == -Errno.EINTR);
    boolean isHungUp = result == -Errno.EIO && libc.tcgetattr(fd, current) == -Errno.EIO;
    return isHungUp ? 0 : result;
  }

  /**
   * Whether another process group has the terminal. A terminal that is not the controlling one has
   * no foreground: tcgetpgrp(3) fails.
   */
  public boolean isInBackground() {
    int foreground = libc.tcgetpgrp(fd);
    return foreground >= 0 && foreground != libc.getpgrp();
  }
}
