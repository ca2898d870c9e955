package iosock.socket;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;

/**
 * What a server says of a connection, as one out-of-band byte. Ordinary reads skip it, so clients
 * other than iosock see nothing of it. Linux 5.15 and newer have such bytes.
 */
public enum Notice {
  NONE(0),
  /** The connection is closed: there are as many clients as there may be. */
  IN_USE(0xb1),
  /** The connection is closed: the permission bits of an abstract socket forbid it. */
  NOT_PERMITTED(0xb2),
  /** The connection is closed: another client has replaced this one. */
  TAKEN_OVER(0xb3),
  /** The connection stays open, and nothing that is sent to the server is read. */
  OBSERVING(0xb4);

  private static final Notice[] ALL = values();
  private static final int OUT_OF_BAND = Sockets.MSG_OOB | Sockets.MSG_DONTWAIT;

  private final int code;

  Notice(int code) {
    this.code = code;
  }

  /**
   * Tells the client.
   *
   * @param buffer of at least one byte
   * @return whether that is done, or cannot be done at all: false if the socket is full
   */
  public boolean send(Libc libc, int connection, NativeBuffer buffer) {
    if (this == NONE) {
      return true;
    }
    buffer.putByte(0, code);
    // A kernel without out-of-band bytes sends nothing.
    long sent = libc.send(connection, buffer, 0, 1, OUT_OF_BAND | Sockets.MSG_NOSIGNAL);
    return !Errno.isNotNow(sent);
  }

  /** Whether the server has turned the client away. */
  public boolean isRejection() {
    return this == IN_USE || this == NOT_PERMITTED;
  }

  /**
   * Asks what the server has sent. It must be asked before more is read, since an ordinary read
   * drops the byte.
   *
   * @param buffer of at least one byte
   */
  public static Notice receive(Libc libc, int connection, NativeBuffer buffer) {
    if (libc.recv(connection, buffer, 1, OUT_OF_BAND) == 1) {
      for (Notice notice : ALL) {
        if ((byte) notice.code == buffer.getByte(0)) {
          return notice;
        }
      }
    }
    return NONE;
  }
}
