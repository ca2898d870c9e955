package iosock;

import iosock.cli.DetachKey;
import iosock.cli.UsageError;
import iosock.posix.Ascii;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.io.ByteArrayOutputStream;

/** What iosock itself has to say, in bytes: what it quotes need not be text in any charset. */
final class Messages {

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  /** No reports of the mouse, of focus, of pasting; cursor keys and keypad as they are at first. */
  private static final String OWN_KEYS = "\033[?1000;1002;1003;1004;1006;2004l\033[?1l\033>";

  /**
   * All lines scroll; the screen that was there before; Ctrl keys as they are at first, in vim's
   * way of asking; in no colour, with a cursor.
   */
  private static final String OWN_SCREEN = "\033[r\033[?1049l\033[>4;m\033[m\033[?25h";

  private static final String BELOW_EVERYTHING = "\033[999H\n";

  private final Libc libc;

  Messages(Libc libc) {
    this.libc = libc;
  }

  /**
   * To standard output.
   *
   * @throws Failure if it cannot be written
   */
  void print(String text) {
    Failure.check(write(STANDARD_OUTPUT, Ascii.bytes(text)), "write to", "standard output");
  }

  /** That a session has begun, and how to leave it; the terminal is raw by now. */
  void sayAttached(byte[] socket, int detachKey) {
    String how =
        detachKey == DetachKey.NONE
            ? "; no key detaches"
            : "; ".concat(DetachKey.name(detachKey)).concat(" detaches");
    String end = libc.isatty(STANDARD_ERROR) ? "\r" : "";
    sayLine("attached to ", socket, how, Ascii.bytes(end));
  }

  /**
   * That a session has ended, and who ended it.
   *
   * @param isSilent whether nothing came from there, as where somebody else is connected
   */
  void sayEnd(byte[] socket, boolean isDetached, boolean isSilent) {
    if (isDetached) {
      leaveScreen();
      sayLine("detached from ", socket, "", new byte[0]);
    } else {
      String guess = isSilent ? " without a word; is somebody else connected?" : "";
      sayLine("closed by ", socket, guess, new byte[0]);
    }
  }

  /**
   * A program that was left behind may have the cursor hidden, in colour, and anywhere; it may have
   * turned to the other screen, and had keys, mouse and pasting reported in its own way.
   */
  private void leaveScreen() {
    String terminal = System.getenv("TERM");
    if (terminal != null && !terminal.equals("dumb") && libc.isatty(STANDARD_ERROR)) {
      write(STANDARD_ERROR, Ascii.bytes(OWN_KEYS.concat(OWN_SCREEN).concat(BELOW_EVERYTHING)));
    }
  }

  /** What was tried, on what, and why it failed. */
  void complain(Failure failure) {
    sayLine(
        "cannot ".concat(failure.getMessage()).concat(" "),
        failure.subject(),
        ": ",
        libc.strerror(failure.errno()));
  }

  void complain(UsageError error) {
    String colon = error.subject().length == 0 ? "" : ": ";
    sayLine(error.getMessage().concat(colon), error.subject(), " (see iosock --help)", new byte[0]);
  }

  /** One line, whatever is quoted. */
  private void sayLine(String before, byte[] subject, String between, byte[] after) {
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
    // There is nobody left to tell if this fails.
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
