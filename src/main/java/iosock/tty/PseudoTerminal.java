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
 * A terminal for a command, and the master that plays the part of its screen and keyboard.
 *
 * <p>The terminal stays open here too: a command that closes its own may open it anew, and until
 * then the master would report a hangup, which cannot be waited out.
 */
public final class PseudoTerminal implements Stdio {

  private static final String NAME = "a pseudo-terminal";
  private static final int ROWS = 24;
  private static final int COLUMNS = 80;

  /** A writer that takes longer is kept from writing: by the stop character, say. */
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
   * @param own lends its size and its characters
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

  /** The processes in the foreground are told if it is another size than before. */
  public void resize(WindowSize size) {
    if (open) {
      libc.tiocswinsz(master, size);
    }
  }

  /**
   * For a screen that is empty: the processes in the foreground are told its size, even if it is
   * the one they know, which makes most of them draw anew what they show.
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

  /** Its settings at this moment, in an object that the next call changes. */
  public Termios settings() {
    libc.tcgetattr(master, settings);
    return settings;
  }

  /**
   * The kernel takes in what is typed in its own time, and only then decides what it means. Where
   * there is nothing left to read, this waits for that.
   *
   * @return whether the command has read all that was typed, an end included
   */
  public boolean inputConsumed() {
    // Finding nothing to read, it waits for the line discipline: n_tty_poll.
    return terminalReadable.poll(libc, 0) <= 0;
  }

  /**
   * Misses nothing that a finished write(2) wrote. A process in the middle of one is waited for,
   * but not for long.
   *
   * @return whether it shows something that has not been taken yet
   */
  public boolean hasOutput() {
    if (masterReadable.poll(libc, 0) > 0) {
      return true;
    }
    awaitWriters();
    return masterReadable.poll(libc, 0) > 0;
  }

  /**
   * The kernel hands over what was written in a work item, and poll(2) waits for it where it is
   * queued: but a writer that is about to queue it keeps everybody else from doing so. Writers hold
   * a lock, and while one does there is no POLLOUT: tty_insert_flip_string_and_push_buffer,
   * tty_is_writelocked.
   */
  private void awaitWriters() {
    int ready;
    do {
      ready = writable.poll(libc, MAX_MILLIS_FOR_WRITERS);
    } while (ready == -Errno.EINTR);
  }

  /** How many bytes were typed that the command has not read; asked in canonical mode, of lines. */
  public int unread() {
    return libc.fionread(terminal);
  }

  /** Once; then does nothing. Tells the command that its terminal is gone: SIGHUP. */
  public void hangup() {
    if (open) {
      open = false;
      libc.close(terminal);
      libc.close(master);
    }
  }

  /** As the leader of a session, whose controlling terminal this becomes: setsid(2). */
  @Override
  public void addChildCalls(CallTable calls) {
    calls.setsid().tiocsctty(terminal).dup2(terminal, 0).dup2(terminal, 1).dup2(terminal, 2);
  }

  /** None: see above. */
  @Override
  public void closeChildEnds() {}
}
