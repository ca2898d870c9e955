package iosock.terminal;

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

  private final Libc libc;
  private final int fd;
  private final WindowSize size = new WindowSize();

  /** Allocated when it goes raw for the first time. */
  private Termios saved;

  private Termios raw;
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
  void lendCharacters(Termios settings) {
    Termios own = new Termios();
    if (fd != NONE && libc.tcgetattr(fd, own) == 0) {
      settings.takeCharacters(own);
    } else {
      settings.setUtf8();
    }
  }

  /**
   * What is typed comes byte by byte from now on, and what is written is not touched, until {@link
   * #restore}. A process in the background is stopped here until it is in the foreground:
   * termios(3).
   */
  public void goRaw() {
    if (saved == null) {
      saved = new Termios();
      raw = new Termios();
      check(libc.tcgetattr(fd, saved), "read the settings of", "the terminal");
      libc.tcgetattr(fd, raw);
      libc.cfmakeraw(raw);
    }
    isRaw = true;
    check(libc.tcsetattr(fd, Termios.TCSANOW, raw), "change", "the terminal");
  }

  /** Whoever stopped the process may have changed it meanwhile: raw once more, if it was. */
  public void resume() {
    if (isRaw) {
      libc.tcsetattr(fd, Termios.TCSANOW, raw);
    }
  }

  /** Stops the process until it is continued, and meanwhile the terminal is as it was. */
  public void suspend(SignalPipe signals) {
    boolean wasRaw = isRaw;
    restore();
    signals.stop();
    isRaw = wasRaw;
    resume();
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
