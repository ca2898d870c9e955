package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Termios;
import iosock.tty.PseudoTerminal;

/**
 * What is typed on the command's terminal: from a pipe to the master, and at the end the character
 * that means the end.
 */
final class TerminalInput {

  private static final int MAX_DOUBTS = 10;

  private final Libc libc;
  private final int pipe;
  private final PseudoTerminal pty;
  private final NativeBuffer character = new NativeBuffer(1);

  /** The terminal is full; otherwise it is the pipe that is waited for. */
  private boolean blocked;

  /** Nothing comes into the pipe any more. */
  private boolean ended;

  private boolean endedWithinLine;
  private int endsToType;
  private int endsTyped;

  /** Whether input came in lines when the end was typed last. */
  private boolean canonical;

  /** Whether the end was taken in for what it was typed as. */
  private boolean certain;

  private int doubts;

  private boolean hungUp;

  /**
   * @param pipe non-blocking; stays open
   */
  TerminalInput(Libc libc, int pipe, PseudoTerminal pty) {
    this.libc = libc;
    this.pipe = pipe;
    this.pty = pty;
  }

  void arm(PollSet poll) {
    if (hungUp) {
      return;
    }
    if (blocked) {
      poll.watch(Slot.TERMINAL, pty.master(), PollSet.POLLOUT);
    } else if (!ended) {
      poll.watch(Slot.TERMINAL_INPUT, pipe, PollSet.POLLIN);
    }
  }

  void turn(PollSet poll) {
    if (blocked && (poll.revents(Slot.TERMINAL) & ~PollSet.POLLIN) != 0) {
      blocked = false;
      move(false);
    } else if (!blocked && poll.revents(Slot.TERMINAL_INPUT) != 0) {
      move(true);
    }
  }

  /**
   * @param ready whether the pipe is known to hold something: if nothing moves all the same, it is
   *     the terminal that is full
   */
  private void move(boolean ready) {
    long moved =
        libc.splice(
            pipe, pty.master(), Relay.MAX_AT_ONCE, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
    if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = ready;
    } else if (moved < 0) {
      hungUp = true;
    }
    if (ended && !blocked) {
      typeEnd();
    }
  }

  /** What is in the pipe is still typed; then the end. */
  void end(boolean withinLine) {
    if (!ended && !hungUp) {
      ended = true;
      endedWithinLine = withinLine;
      endsToType = 1;
      move(libc.fionread(pipe) > 0);
    }
  }

  private void typeEnd() {
    if (hungUp || endsToType == 0) {
      return;
    }
    if (libc.fionread(pipe) > 0) {
      blocked = true;
      return;
    }
    Termios settings = pty.settings();
    canonical = settings.isCanonical();
    boolean inputConsumed = pty.inputConsumed();
    if (endedWithinLine && canonical) {
      // The first one only hands over the line.
      endsToType++;
    }
    endedWithinLine = false;
    character.putByte(0, settings.endOfFile());
    while (endsToType > 0 && !blocked) {
      type();
      if (endsToType == 0 && isChanged()) {
        // Meanwhile, so nobody knows which of the two was typed.
        canonical = !canonical;
        endsToType = 1;
      }
    }
    // A program that changes the mode to and fro shows something in between.
    certain = inputConsumed && !pty.hasOutput();
  }

  private void type() {
    if (character.getByte(0) == 0) {
      // The terminal has no such character.
      endsToType = 0;
      return;
    }
    long written = libc.write(pty.master(), character, 0, 1);
    if (written == -Errno.EAGAIN || written == -Errno.EINTR) {
      blocked = true;
    } else {
      endsToType--;
      endsTyped++;
    }
  }

  /** Whether input comes in lines by now and did not when the end was typed last, or vice versa. */
  private boolean isChanged() {
    // What was typed is to be taken in first.
    pty.inputConsumed();
    return pty.settings().isCanonical() != canonical;
  }

  /**
   * The end that was typed while input came in lines is no end for a program that has turned that
   * off before it read it, nor the other way round; such a program is told once more. It speaks
   * when it is ready to read: then it is time to look.
   */
  void commandSpoke() {
    if (!ended || endsToType > 0 || hungUp) {
      return;
    }
    if (isChanged() || isDoubtful()) {
      endsToType = 1;
      typeEnd();
    }
  }

  /**
   * Whether the mode may have changed to and fro before the end was taken in, and the program waits
   * where it would have been: nothing but ends is left to read. Not for ever: it may just talk.
   */
  private boolean isDoubtful() {
    boolean doubtful = !certain && !canonical && (pty.inputConsumed() || pty.unread() <= endsTyped);
    return doubtful && doubts++ < MAX_DOUBTS;
  }

  void hangup() {
    hungUp = true;
  }
}
