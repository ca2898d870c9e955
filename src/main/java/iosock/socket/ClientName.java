package iosock.socket;

import iosock.posix.Ascii;
import iosock.posix.PeerName;

/**
 * The abstract name that a client of iosock's gives its own socket before it connects: {@code
 * iosock/SIZE/UNIQUE} or {@code iosock/SIZE/take-over/UNIQUE}. The server reads it by
 * getpeername(2), so it knows from the first moment on what the client asks for, and no byte of the
 * connection is used. {@code SIZE} is that of the client's terminal, or {@code none} if there is no
 * terminal to follow.
 */
public final class ClientName {

  private static final byte[] PREFIX = Ascii.bytes("iosock/");
  private static final byte[] NO_TERMINAL = Ascii.bytes("iosock/none/");
  private static final byte[] TAKE_OVER = Ascii.bytes("/take-over/");

  /** In place of a size. */
  public static final String NONE = "none";

  /** Where {@code SIZE} begins. */
  public static final int SIZE_START = PREFIX.length;

  private ClientName() {}

  /**
   * @param size of the client's terminal, or {@link #NONE}
   * @param takeOver whether the client asks for the place of another one
   * @param pid with {@code moment} makes the name unique
   */
  public static byte[] of(String size, boolean takeOver, int pid, long moment) {
    return Ascii.bytes(
        new StringBuilder("iosock/")
            .append(size)
            .append(takeOver ? "/take-over/" : "/")
            .append(pid)
            .append('-')
            .append(moment)
            .toString());
  }

  /** Whether a peer with this name is an iosock. */
  public static boolean isOurs(PeerName name) {
    return isAt(name, 0, PREFIX);
  }

  /** Whether a peer with this name is an iosock that may send sizes of its terminal. */
  public static boolean hasTerminal(PeerName name) {
    return isOurs(name) && !isAt(name, 0, NO_TERMINAL);
  }

  /** Whether a peer with this name asks for the place of another client. */
  public static boolean asksForTakeOver(PeerName name) {
    int end = SIZE_START;
    while (end < name.abstractLength() && name.getByte(end) != '/') {
      end++;
    }
    return isOurs(name) && isAt(name, end, TAKE_OVER);
  }

  private static boolean isAt(PeerName name, int start, byte[] text) {
    for (int i = 0; i < text.length; i++) {
      if (start + i >= name.abstractLength() || name.getByte(start + i) != text[i]) {
        return false;
      }
    }
    return true;
  }
}
