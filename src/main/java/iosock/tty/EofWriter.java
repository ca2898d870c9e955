package iosock.tty;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Termios;

/**
 * Writes the terminal's end-of-file character, VEOF, at the end of the input: termios(3).
 *
 * <p>VEOF that was written in canonical mode is no end of file for a program that has left that
 * mode before it read it, nor the other way round. Such a program gets another one: when it writes
 * something it is about to read, and then is the time to look.
 */
public final class EofWriter {

  private static final int MAX_RETRIES = 10;

  private final Libc libc;
  private final PseudoTerminal pty;
  private final NativeBuffer character = new NativeBuffer(1);
  private boolean inputEnded;
  private boolean isMidLine;
  private int eofsToWrite;
  private int eofsWritten;
  private boolean blocked;

  /** Whether the terminal was in canonical mode when VEOF was written last. */
  private boolean canonical;

  /** Whether VEOF is known to have been read in the mode that it was written for. */
  private boolean confirmed;

  private int retries;

  public EofWriter(Libc libc, PseudoTerminal pty) {
    this.libc = libc;
    this.pty = pty;
  }

  /** The input has ended: VEOF is due, once what came before it has been written. */
  public void inputEnded(boolean isMidLine) {
    inputEnded = true;
    this.isMidLine = isMidLine;
    eofsToWrite = 1;
  }

  /** Whether VEOF is still to be written. */
  public boolean isDue() {
    return eofsToWrite > 0;
  }

  /** Whether the terminal had no space for VEOF. */
  public boolean isBlocked() {
    return blocked;
  }

  /** Writes VEOF as often as it takes; all input has been written before. */
  public void write() {
    blocked = false;
    Termios settings = pty.settings();
    canonical = settings.isCanonical();
    boolean wasInputConsumed = pty.inputConsumed();
    if (isMidLine && canonical) {
      // The first one only hands over the line.
      eofsToWrite++;
    }
    isMidLine = false;
    character.putByte(0, settings.endOfFile());
    while (eofsToWrite > 0 && !blocked) {
      writeOne();
      if (eofsToWrite == 0 && hasModeChanged()) {
        // It changed meanwhile, so it is not known for which mode VEOF was taken.
        canonical = !canonical;
        eofsToWrite = 1;
      }
    }
    // A program that changes the mode to and fro writes something in between.
    confirmed = wasInputConsumed && !pty.hasOutput();
  }

  private void writeOne() {
    if (character.getByte(0) == 0) {
      // The terminal has no such character.
      eofsToWrite = 0;
      return;
    }
    long written = libc.write(pty.master(), character, 0, 1);
    if (Errno.isTemporary(written)) {
      blocked = true;
    } else {
      eofsToWrite--;
      eofsWritten++;
    }
  }

  private boolean hasModeChanged() {
    // The terminal first takes in what was written.
    pty.inputConsumed();
    return pty.settings().isCanonical() != canonical;
  }

  /** The command has written something: asks for another VEOF if the last one may be lost. */
  public void outputSeen() {
    if (inputEnded && eofsToWrite == 0 && (hasModeChanged() || mayBeLost())) {
      eofsToWrite = 1;
    }
  }

  /**
   * Whether the mode may have changed to and fro before VEOF was taken in, while nothing but VEOF
   * is left to read. Not for ever: the program may just go on writing.
   */
  private boolean mayBeLost() {
    boolean isPossible =
        !confirmed && !canonical && (pty.inputConsumed() || pty.unread() <= eofsWritten);
    return isPossible && retries++ < MAX_RETRIES;
  }
}
