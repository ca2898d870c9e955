package iosock.socket;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.SocketAddress;
import java.util.Arrays;

/**
 * The name of a socket as the user gives it: a path; an abstract name after an {@code @}; or the
 * number of an inherited descriptor after {@code fd:}. A path that begins like one of these is
 * written {@code ./@…} or {@code ./fd:…}.
 */
public final class SocketName {

  private static final char ABSTRACT = '@';
  private static final byte[] DESCRIPTOR = Ascii.bytes("fd:");
  private static final int STANDARD_ERROR = 2;
  private static final int NO_DESCRIPTOR = -1;

  private final byte[] text;

  public SocketName(byte[] text) {
    this.text = text.clone();
  }

  boolean isAbstract() {
    return text.length > 0 && text[0] == ABSTRACT;
  }

  /** Whether this is meant as the number of a descriptor. */
  public boolean isDescriptor() {
    int length = DESCRIPTOR.length;
    return text.length >= length && Arrays.equals(text, 0, length, DESCRIPTOR, 0, length);
  }

  /**
   * @return the descriptor, which is above standard error; -1 if {@link #isDescriptor} is not true,
   *     or what follows is no such number, without leading zeros
   */
  public int descriptor() {
    if (!isDescriptor()) {
      return NO_DESCRIPTOR;
    }
    long number = 0;
    for (int i = DESCRIPTOR.length; i < text.length && number <= Integer.MAX_VALUE; i++) {
      if (text[i] < '0' || text[i] > '9') {
        return NO_DESCRIPTOR;
      }
      number = 10 * number + text[i] - '0';
    }
    boolean isValid =
        number > STANDARD_ERROR && number <= Integer.MAX_VALUE && text[DESCRIPTOR.length] != '0';
    return isValid ? (int) number : NO_DESCRIPTOR;
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
