package iosock.winsize;

import iosock.posix.PeerName;
import iosock.posix.WindowSize;
import iosock.socket.ClientName;

/**
 * The size of a client's terminal in the name of its socket: {@code ROWSxCOLUMNS}. So the server
 * has it from the first moment on, in whatever namespaces the two may be.
 */
public final class WindowSizeAddress {

  private static final int MAX_DIGITS = 4;

  private WindowSizeAddress() {}

  /**
   * @param size 0 rows of 0 columns if the client's terminal has none
   */
  public static String of(WindowSize size) {
    return Integer.toString(size.rows()).concat("x").concat(Integer.toString(size.columns()));
  }

  /**
   * @param size receives the size in the name
   * @return whether there is one that a terminal may have
   */
  public static boolean parse(PeerName name, WindowSize size) {
    int end = endOfDigits(name, ClientName.SIZE_START);
    int last = endOfDigits(name, end + 1);
    if (!ClientName.isOurs(name) || !isAt(name, end, 'x') || !isAt(name, last, '/')) {
      return false;
    }
    size.set(number(name, ClientName.SIZE_START, end), number(name, end + 1, last));
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
