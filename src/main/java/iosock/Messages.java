package iosock;

import iosock.cli.DetachKey;
import iosock.cli.UsageError;
import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import iosock.relay.Log;
import iosock.signal.SignalPipe;
import iosock.socket.Notice;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.util.Arrays;

/** The messages that iosock prints, as bytes: what they quote need not be text in any charset. */
final class Messages implements Log {

  private static final int STANDARD_OUTPUT = 1;
  private static final int STANDARD_ERROR = 2;

  /** Turns off reports of the mouse, of focus and of pasting; resets cursor keys and keypad. */
  private static final String RESET_KEYS =
      "\033[?9;1000;1001;1002;1003;1004;1005;1006;1015;1016;2004l\033[?1l\033>";

  /** All lines scroll. That moves the cursor, whose position is kept. */
  private static final String RESET_SCROLLING = "\0337\033[r\0338";

  /** Removes all that is on the stack of kitty's keyboard mode, and what is below it. */
  private static final String RESET_KITTY = "\033[<99u\033[=0u";

  /**
   * The screen from before the session. Each of the two has a keyboard mode of its own. A terminal
   * that is told to leave the alternate screen without being there would move the cursor to where
   * it was when it was there last: so it enters that screen first, if it is not there.
   */
  private static final String RESET_SCREEN =
      "\033[?1049h" + RESET_KITTY + "\033[?1049l" + RESET_KITTY;

  /** Ctrl keys as vim asks for them; no colour; a visible cursor. */
  private static final String RESET_MODES = "\033[>4;m\033[m\033[?25h";

  private static final String RESET = RESET_KEYS + RESET_SCROLLING + RESET_SCREEN + RESET_MODES;

  /** Below the last line of the screen. */
  private static final String BELOW_SCREEN = "\033[999H\n";

  /** How long a terminal may take nothing. */
  private static final int TERMINAL_TIMEOUT_MILLIS = 1000;

  /** A pipe that poll(2) finds writable takes as much without blocking: pipe(7). */
  private static final int PIPE_BUF = 4096;

  /** How many decimal digits of a second nanoseconds are. */
  private static final int NANO_DIGITS = 9;

  /** poll(2) ignores it. */
  private static final int NO_DESCRIPTOR = -1;

  private final Libc libc;
  private int signalPipe = NO_DESCRIPTOR;

  /** The server that a user is attached to. */
  private byte[] server = {};

  /** What ends a line about the session; empty if no user is attached. */
  private String howToDetach = "";

  Messages(Libc libc) {
    this.libc = libc;
  }

  /**
   * From now on a message gives way to a signal: what is left of it is not printed if a signal
   * arrives, or has arrived, while there is no room for it. The signal is not read.
   */
  void giveWayTo(SignalPipe pipe) {
    signalPipe = pipe.fd();
  }

  /** From now on a message waits until there is room for it. */
  void giveWayToNothing() {
    signalPipe = NO_DESCRIPTOR;
  }

  /**
   * Prints to standard output.
   *
   * @throws Failure if it cannot be written
   */
  void print(String text) {
    Failure.check(write(STANDARD_OUTPUT, Ascii.bytes(text)), "write to", "standard output");
  }

  /**
   * Names the user who serves an abstract socket. The terminal is in raw mode by now.
   *
   * @param user prints nothing if it is empty
   */
  void printServerUser(byte[] socket, byte[] user) {
    if (user.length > 0) {
      printRawLine("", socket, " is served by user ", user);
    }
  }

  /**
   * Says that a session has begun, and how to leave it. The terminal is in raw mode by now.
   *
   * @param key a byte, or {@link DetachKey#NONE}
   */
  void printAttached(byte[] socket, int key) {
    server = socket;
    howToDetach =
        key == DetachKey.NONE
            ? "; no key detaches"
            : "; ".concat(DetachKey.name(key)).concat(" detaches");
    printRawLine("attached to ", server, howToDetach, new byte[0]);
  }

  /** A client without a user is meant to observe. */
  @Override
  public void logObserving() {
    if (!howToDetach.isEmpty() && isErrorWritable()) {
      printRawLine("observing ", server, howToDetach, new byte[0]);
    }
  }

  @Override
  public void logStalled(long nanos) {
    if (isErrorWritable()) {
      String time = BigDecimal.valueOf(nanos, NANO_DIGITS).stripTrailingZeros().toPlainString();
      printLine("closed a client that took nothing for ", Ascii.bytes(time), " s", new byte[0]);
    }
  }

  private boolean isErrorWritable() {
    return new InstantPoll().events(libc, STANDARD_ERROR, PollSet.POLLOUT) != 0;
  }

  /** Says that another client has the place of this one. */
  void printTakenOver(byte[] socket) {
    printLine("another client took the place on ", socket, "", new byte[0]);
  }

  private void printRawLine(String before, byte[] subject, String between, byte[] after) {
    byte[] line = Arrays.copyOf(after, after.length + 1);
    line[after.length] = '\r';
    printLine(before, subject, between, libc.isatty(STANDARD_ERROR) ? line : after);
  }

  /** Says why the server has closed the connection at once. */
  void printRejected(byte[] socket, Notice reason) {
    if (reason == Notice.NOT_PERMITTED) {
      printError(new Failure("connect to", socket, Errno.EACCES));
    } else {
      printLine("", socket, " has another client", new byte[0]);
    }
  }

  /**
   * Says that a session has ended, and how.
   *
   * @param nothingReceived whether the server has sent nothing, as where it has another client
   */
  void printEnd(byte[] socket, boolean isDetached, boolean nothingReceived) {
    if (isDetached) {
      printLine("detached from ", socket, "", new byte[0]);
    } else {
      String guess =
          nothingReceived ? " without sending anything; is another client connected?" : "";
      printLine("closed by ", socket, guess, new byte[0]);
    }
  }

  /**
   * Undoes what a program may have asked of the terminal: it may have hidden, coloured or moved the
   * cursor, switched to the alternate screen, and changed how keys, the mouse and pasting are
   * reported.
   *
   * @param isScreenInUse whether the program goes on: then what follows is shown below its screen
   */
  void resetTerminal(boolean isScreenInUse) {
    int fd = libc.isatty(STANDARD_ERROR) ? STANDARD_ERROR : STANDARD_OUTPUT;
    String terminal = System.getenv("TERM");
    if (terminal != null && !terminal.equals("dumb") && libc.isatty(fd)) {
      String reset = RESET_KEYS.concat(RESET_SCROLLING).concat(RESET_SCREEN).concat(RESET_MODES);
      writeToTerminal(fd, Ascii.bytes(isScreenInUse ? reset.concat(BELOW_SCREEN) : reset));
    }
  }

  /**
   * A terminal that takes nothing does not keep iosock from exiting: after a moment the rest is
   * dropped. What poll(2) says holds for one byte only.
   */
  private void writeToTerminal(int fd, byte[] text) {
    NativeBuffer bytes = NativeBuffer.string(text);
    PollSet space = PollSet.of(new Watch(fd), PollSet.POLLOUT);
    for (int i = 0; i < text.length; i++) {
      if (space.poll(libc, TERMINAL_TIMEOUT_MILLIS) <= 0 || libc.write(fd, bytes, i, 1) < 0) {
        return;
      }
    }
  }

  @Override
  public void log(Failure failure) {
    if (isErrorWritable()) {
      printError(failure);
    }
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

  /**
   * Waits while the descriptor is full, also where it is non-blocking.
   *
   * @return 0, or a negative errno
   */
  private int write(int fd, byte[] text) {
    NativeBuffer bytes = NativeBuffer.string(text);
    Watch room = new Watch(fd);
    Watch signals = new Watch(signalPipe);
    PollSet wait = PollSet.of(room, PollSet.POLLOUT, signals, PollSet.POLLIN);
    int done = 0;
    while (done < text.length) {
      wait.poll(libc, -1);
      if (room.revents() != 0) {
        int length = Math.min(text.length - done, PIPE_BUF);
        int written = (int) libc.write(fd, bytes, done, length);
        if (written < 0 && !Errno.isTemporary(written)) {
          return written;
        }
        done += Math.max(written, 0);
      } else if (signals.revents() != 0) {
        return -Errno.EINTR;
      }
    }
    return 0;
  }
}
