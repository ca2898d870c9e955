package iosock.socket;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.SocketAddress;
import java.util.Arrays;

/**
 * The name of a socket as the user gives it: a path, or an abstract name after an {@code @}. A path
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
   * @param operation what the address is for, as in "cannot bind"
   * @throws Failure if the name is empty or too long
   */
  SocketAddress address(String operation) {
    if (text.length == 0) {
      throw new Failure(operation, text, Errno.ENOENT);
    }
    byte[] name = isAbstract() ? Arrays.copyOfRange(text, 1, text.length) : text;
    if (name.length > SocketAddress.MAX_NAME) {
      throw new Failure(operation, text, Errno.ENAMETOOLONG);
    }
    return isAbstract() ? SocketAddress.abstractName(name) : SocketAddress.path(name);
  }

  /** The name in the bytes that the user gave. */
  byte[] text() {
    return text;
  }

  /** The directory of a path; "." for a path without one. */
  byte[] directory() {
    int slash = text.length - 1;
    while (slash >= 0 && text[slash] != '/') {
      slash--;
    }
    return slash < 0 ? new byte[] {'.'} : Arrays.copyOf(text, Math.max(slash, 1));
  }
}
