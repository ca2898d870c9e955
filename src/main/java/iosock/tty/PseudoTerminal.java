package iosock.tty;

import static iosock.posix.Failure.check;

import iosock.child.Stdio;
import iosock.posix.CallTable;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.posix.Termios;
import iosock.posix.Watch;
import iosock.posix.WindowSize;

/**
 * A pseudo-terminal for a command: the terminal itself, and the master that is its screen and
 * keyboard; pty(7).
 *
 * <p>iosock keeps the terminal open too. A command may close all its descriptors of the terminal
 * and reopen it; until then the master would report POLLHUP, and there is no event for its end.
 */
public final class PseudoTerminal implements Stdio {

  private static final String NAME = "a pseudo-terminal";
  private static final int ROWS = 24;
  private static final int COLUMNS = 80;

  /** A writer that takes longer is blocked, as by the stop character (Ctrl-S). */
  private static final int MAX_MILLIS_FOR_WRITERS = 200;

  private final Libc libc;
  private final int master;
  private final Termios settings = new Termios();
  private final WindowSize before = new WindowSize();
  private final PollSet masterReadable;
  private final PollSet terminalReadable;
  private final PollSet writable;
  private final int terminal;
  private boolean open = true;

  private PseudoTerminal(Libc libc, int master, int terminal) {
    this.libc = libc;
    this.master = master;
    this.terminal = terminal;
    masterReadable = PollSet.of(new Watch(master), PollSet.POLLIN);
    terminalReadable = PollSet.of(new Watch(terminal), PollSet.POLLIN);
    writable = PollSet.of(new Watch(master), PollSet.POLLIN, new Watch(terminal), PollSet.POLLOUT);
  }

  /**
   * @param own the new terminal gets its size and control characters
   * @throws iosock.posix.Failure if there is no pseudo-terminal to be had
   */
  public static PseudoTerminal open(Libc libc, OwnTerminal own) {
    int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
    int master = check(libc.posix_openpt(flags | Fcntl.O_NONBLOCK), "open", NAME);
    check(libc.grantpt(master), "open", NAME);
    check(libc.unlockpt(master), "open", NAME);
    int terminal = check(libc.tiocgptpeer(master, flags), "open", NAME);
    PseudoTerminal pty = new PseudoTerminal(libc, master, terminal);
    pty.setUp(own);
    return pty;
  }

  private void setUp(OwnTerminal own) {
    check(libc.tcgetattr(terminal, settings), "set up", NAME);
    own.copyControlCharactersTo(settings);
    check(libc.tcsetattr(terminal, Termios.TCSANOW, settings), "set up", NAME);
    WindowSize size = new WindowSize();
    if (!own.readSize(size)) {
      size.set(ROWS, COLUMNS);
    }
    resize(size);
  }

  /** Non-blocking. */
  public int master() {
    return master;
  }

  /** Sets the size; if it has changed, the foreground processes get SIGWINCH. */
  public void resize(WindowSize size) {
    if (open) {
      libc.tiocswinsz(master, size);
    }
  }

  /**
   * Sets the size, and sends the foreground processes SIGWINCH even if it has not changed: most of
   * them then redraw the screen, which is empty for a client that has just attached.
   */
  public void resizeAndRedraw(WindowSize size) {
    if (!open) {
      return;
    }
    libc.tiocgwinsz(master, before);
    libc.tiocswinsz(master, size);
    int foreground = libc.tcgetpgrp(master);
    if (before.isEqualTo(size) && foreground > 1) {
      libc.kill(-foreground, Signals.SIGWINCH);
    }
  }

  /**
   * Has the output go on if the stop character (Ctrl-S) has stopped it. TCOON alone only undoes
   * TCOOFF; and the start character would wait behind input that the command does not read.
   */
  public void resumeOutput() {
    if (open) {
      libc.tcflow(terminal, Termios.TCOOFF);
      libc.tcflow(terminal, Termios.TCOON);
    }
  }

  /** The settings at this moment, in an object that the next call changes. */
  public Termios settings() {
    libc.tcgetattr(master, settings);
    return settings;
  }

  /**
   * The kernel processes input in a work item, and only then decides what a character means. If
   * there is nothing left to read, this waits for that.
   *
   * @return whether the command has read all input, end of file included
   */
  public boolean inputConsumed() {
    // Finding nothing to read, it waits for the line discipline: n_tty_poll.
    return terminalReadable.poll(libc, 0) <= 0;
  }

  /**
   * Sees all that a finished write(2) wrote. A process in the middle of a write is waited for, for
   * at most {@link #MAX_MILLIS_FOR_WRITERS}.
   *
   * @return whether there is output that has not been read from the master
   */
  public boolean hasOutput() {
    if (masterReadable.poll(libc, 0) > 0) {
      return true;
    }
    awaitWriters();
    return masterReadable.poll(libc, 0) > 0;
  }

  /**
   * The kernel hands over output in a work item, and poll(2) on the master waits for that item once
   * it is queued. A writer that is about to queue it prevents every other process from queueing it.
   * Writers hold a lock, and while one is held there is no POLLOUT on the terminal:
   * tty_insert_flip_string_and_push_buffer, tty_is_writelocked.
   */
  private void awaitWriters() {
    int ready;
    do {
      ready = writable.poll(libc, MAX_MILLIS_FOR_WRITERS);
    } while (ready == -Errno.EINTR);
  }

  /** How many bytes of input the command has not read; in canonical mode, those of whole lines. */
  public int unread() {
    return libc.fionread(terminal);
  }

  /** Closes the terminal, so that the command gets SIGHUP. The second time it does nothing. */
  public void hangup() {
    if (open) {
      open = false;
      libc.close(terminal);
      libc.close(master);
    }
  }

  /** The child leads a session with this as its controlling terminal: setsid(2), ioctl_tty(2). */
  @Override
  public void addChildCalls(CallTable calls) {
    calls.setsid().tiocsctty(terminal).dup2(terminal, 0).dup2(terminal, 1).dup2(terminal, 2);
  }

  @Override
  public boolean leadsSession() {
    return true;
  }

  @Override
  public void closeChildEnds() {
    // The terminal stays open: see above.
  }
}
