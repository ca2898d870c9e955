package iosock.socket;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.SocketAddress;
import java.util.Arrays;

/**
 * A socket as the user names it: a path, or with an {@code @} before it an abstract name. A path
 * that begins with {@code @} is written {@code ./@…}.
 */
public final class SocketName {

  private static final char ABSTRACT = '@';

  private final byte[] text;

  public SocketName(byte[] text) {
    this.text = text.clone();
  }

  boolean isAbstract() {
    return text.length > 0 && text[0] == ABSTRACT;
  }

  /**
   * @param tried for the failure of a name that is too long or empty: what it was to be used for
   */
  SocketAddress address(String tried) {
    if (text.length == 0) {
      throw new Failure(tried, text, Errno.ENOENT);
    }
    byte[] name = isAbstract() ? Arrays.copyOfRange(text, 1, text.length) : text;
    if (name.length > SocketAddress.MAX_NAME) {
      throw new Failure(tried, text, Errno.ENAMETOOLONG);
    }
    return isAbstract() ? SocketAddress.abstractName(name) : SocketAddress.path(name);
  }

  /** In the bytes that the user gave. */
  byte[] text() {
    return text;
  }

  /** The directory of a path. */
  byte[] directory() {
    int slash = text.length - 1;
    while (slash >= 0 && text[slash] != '/') {
      slash--;
    }
    return slash < 0 ? new byte[] {'.'} : Arrays.copyOf(text, Math.max(slash, 1));
  }
}
