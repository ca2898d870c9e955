package iosock.winsize;

import iosock.posix.Ascii;
import iosock.posix.PeerName;
import iosock.posix.WindowSize;

/**
 * The abstract name that a client gives its own socket before it connects: {@code
 * iosock/ROWSxCOLUMNS/...}, with the size of the client's terminal. So the server has it from the
 * first moment on, in whatever namespaces the two may be. The rest makes the name unique.
 */
public final class WindowSizeAddress {

  private static final byte[] PREFIX = Ascii.bytes("iosock/");
  private static final int MAX_DIGITS = 4;

  private WindowSizeAddress() {}

  /**
   * @param size that of the client's terminal; 0 rows of 0 columns if it has none
   * @param pid with {@code moment} makes the name unique
   */
  public static byte[] of(WindowSize size, int pid, long moment) {
    return Ascii.bytes(
        new StringBuilder("iosock/")
            .append(size.rows())
            .append('x')
            .append(size.columns())
            .append('/')
            .append(pid)
            .append('-')
            .append(moment)
            .toString());
  }

  /** Whether a peer with this name is an iosock that wants to send sizes. */
  public static boolean isOurs(PeerName name) {
    for (int i = 0; i < PREFIX.length; i++) {
      if (i >= name.abstractLength() || name.getByte(i) != PREFIX[i]) {
        return false;
      }
    }
    return true;
  }

  /**
   * @param size receives the size in the name
   * @return whether there is one that a terminal may have
   */
  public static boolean parse(PeerName name, WindowSize size) {
    return isOurs(name) && parseSize(name, size);
  }

  private static boolean parseSize(PeerName name, WindowSize size) {
    int end = endOfDigits(name, PREFIX.length);
    int second = end + 1;
    int last = endOfDigits(name, second);
    if (!isAt(name, end, 'x') || !isAt(name, last, '/')) {
      return false;
    }
    size.set(number(name, PREFIX.length, end), number(name, second, last));
    return size.isReasonable();
  }

  private static int endOfDigits(PeerName name, int start) {
    int end = start;
    while (end < name.abstractLength() && end < start + MAX_DIGITS && isDigit(name.getByte(end))) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(byte character) {
    return character >= '0' && character <= '9';
  }

  private static boolean isAt(PeerName name, int index, char character) {
    return index < name.abstractLength() && name.getByte(index) == character;
  }

  private static int number(PeerName name, int start, int end) {
    int number = 0;
    for (int i = start; i < end; i++) {
      number = 10 * number + name.getByte(i) - '0';
    }
    return number;
  }
}
