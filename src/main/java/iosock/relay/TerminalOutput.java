package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.tty.PseudoTerminal;

/** What the command's terminal shows: from the master into a pipe. */
final class TerminalOutput {

  /** More than a terminal holds: what comes after it was written by others. */
  private static final int MAX_AFTER_EXIT = 1 << 16;

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Libc libc;
  private final PseudoTerminal pty;
  private final int pipe;

  /** The pipe is full; otherwise it is the terminal that is waited for. */
  private boolean blocked;

  private boolean commandExited;
  private boolean ended;
  private long left = NO_LIMIT;

  /**
   * @param pipe non-blocking; stays open
   */
  TerminalOutput(Libc libc, PseudoTerminal pty, int pipe) {
    this.libc = libc;
    this.pty = pty;
    this.pipe = pipe;
  }

  void arm(PollSet poll) {
    if (ended) {
      return;
    }
    if (blocked) {
      poll.watch(Slot.TERMINAL_OUTPUT, pipe, PollSet.POLLOUT);
    } else {
      poll.watch(Slot.TERMINAL, pty.master(), PollSet.POLLIN);
    }
  }

  /**
   * @return whether the terminal has shown anything
   */
  boolean turn(PollSet poll) {
    if (ended || commandExited) {
      return false;
    }
    if (blocked) {
      return poll.revents(Slot.TERMINAL_OUTPUT) != 0 && move(false);
    }
    return (poll.revents(Slot.TERMINAL) & ~PollSet.POLLOUT) != 0 && move(true);
  }

  /**
   * Once the command has exited: takes what it wrote, as far as there is room. The terminal's end
   * is not waited for: others may have it open.
   *
   * @return whether all of it is in the pipe
   */
  boolean drain() {
    blocked = false;
    while (!ended && !blocked) {
      if (pty.hasOutput()) {
        move(true);
      } else {
        ended = true;
      }
    }
    return ended;
  }

  /**
   * @param ready whether the terminal is known to have shown something: if nothing moves all the
   *     same, it is the pipe that is full
   */
  private boolean move(boolean ready) {
    long most = Math.min(left, Relay.MAX_AT_ONCE);
    long moved =
        libc.splice(pty.master(), pipe, most, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
    if (moved > 0) {
      blocked = false;
      left = left == NO_LIMIT ? NO_LIMIT : left - moved;
      ended = left == 0;
    } else if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = ready;
    } else {
      // EIO: nobody has the terminal open any more.
      ended = true;
    }
    return moved > 0;
  }

  void commandExited() {
    commandExited = true;
    left = MAX_AFTER_EXIT;
  }

  void hangup() {
    ended = true;
  }
}
