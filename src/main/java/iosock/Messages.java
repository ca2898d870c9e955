package iosock;

import iosock.cli.DetachKey;
import iosock.cli.UsageError;
import iosock.posix.Ascii;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.relay.ErrorLog;
import java.io.ByteArrayOutputStream;

/** The messages that iosock prints, as bytes: what they quote need not be text in any charset. */
final class Messages implements ErrorLog {

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  /** Turns off reports of the mouse, of focus and of pasting; resets cursor keys and keypad. */
  private static final String RESET_KEYS = "\033[?1000;1002;1003;1004;1006;2004l\033[?1l\033>";

  /**
   * All lines scroll; the screen from before the session; Ctrl keys as vim asks for them; no
   * colour; a visible cursor.
   */
  private static final String RESET_SCREEN = "\033[r\033[?1049l\033[>4;m\033[m\033[?25h";

  /** Below the last line of the screen. */
  private static final String BELOW_SCREEN = "\033[999H\n";

  private final Libc libc;

  Messages(Libc libc) {
    this.libc = libc;
  }

  /**
   * Prints to standard output.
   *
   * @throws Failure if it cannot be written
   */
  void print(String text) {
    Failure.check(write(STANDARD_OUTPUT, Ascii.bytes(text)), "write to", "standard output");
  }

  /** Says that a session has begun, and how to leave it. The terminal is in raw mode by now. */
  void printAttached(byte[] socket, int detachKey) {
    String how =
        detachKey == DetachKey.NONE
            ? "; no key detaches"
            : "; ".concat(DetachKey.name(detachKey)).concat(" detaches");
    String end = libc.isatty(STANDARD_ERROR) ? "\r" : "";
    printLine("attached to ", socket, how, Ascii.bytes(end));
  }

  /**
   * Says that a session has ended, and how.
   *
   * @param nothingReceived whether the server has sent nothing, as where it has another client
   */
  void printEnd(byte[] socket, boolean isDetached, boolean nothingReceived) {
    if (isDetached) {
      resetScreen();
      printLine("detached from ", socket, "", new byte[0]);
    } else {
      String guess =
          nothingReceived ? " without sending anything; is another client connected?" : "";
      printLine("closed by ", socket, guess, new byte[0]);
    }
  }

  /**
   * A program that is left running may have hidden, coloured or moved the cursor, switched to the
   * alternate screen, and changed how keys, the mouse and pasting are reported.
   */
  private void resetScreen() {
    String terminal = System.getenv("TERM");
    if (terminal != null && !terminal.equals("dumb") && libc.isatty(STANDARD_ERROR)) {
      write(STANDARD_ERROR, Ascii.bytes(RESET_KEYS.concat(RESET_SCREEN).concat(BELOW_SCREEN)));
    }
  }

  @Override
  public void log(Failure failure) {
    printError(failure);
  }

  /** Says what was tried, on what, and why it failed. */
  void printError(Failure failure) {
    printLine(
        "cannot ".concat(failure.getMessage()).concat(" "),
        failure.subject(),
        ": ",
        libc.strerror(failure.errno()));
  }

  void printError(UsageError error) {
    String colon = error.subject().length == 0 ? "" : ": ";
    printLine(
        error.getMessage().concat(colon), error.subject(), " (see iosock --help)", new byte[0]);
  }

  /** Prints one line to standard error, whatever bytes are quoted. */
  private void printLine(String before, byte[] subject, String between, byte[] after) {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    line.writeBytes(Ascii.bytes("iosock: "));
    line.writeBytes(Ascii.bytes(before));
    for (byte b : subject) {
      boolean isControl = b >= 0 && b < ' ' || b == 0x7f;
      line.write(isControl ? '?' : b);
    }
    line.writeBytes(Ascii.bytes(between));
    line.writeBytes(after);
    line.write('\n');
    // Nothing can be done if this write fails.
    write(STANDARD_ERROR, line.toByteArray());
  }

  private int write(int fd, byte[] text) {
    NativeBuffer bytes = NativeBuffer.string(text);
    int done = 0;
    while (done < text.length) {
      long written = libc.write(fd, bytes, done, text.length - done);
      if (written < 0) {
        return (int) written;
      }
      done += (int) written;
    }
    return done;
  }
}
