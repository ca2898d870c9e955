package iosock.socket;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;

/**
 * Why a server closes a connection, as one out-of-band byte that it sends before. Ordinary reads
 * skip it, so other clients see nothing but the end of file. Linux 5.15 and newer have such bytes.
 */
public enum Rejection {
  /** None was given. */
  NONE(0),
  /** There is another client. */
  IN_USE(0xb1),
  /** The permission bits of an abstract socket. */
  NOT_PERMITTED(0xb2);

  private static final Rejection[] ALL = values();
  private static final int OUT_OF_BAND = Sockets.MSG_OOB | Sockets.MSG_DONTWAIT;

  private final int code;

  Rejection(int code) {
    this.code = code;
  }

  /**
   * Tells the client; the caller closes the connection.
   *
   * @param buffer of at least one byte
   */
  public void send(Libc libc, int connection, NativeBuffer buffer) {
    if (this != NONE) {
      buffer.putByte(0, code);
      // A kernel without out-of-band bytes sends nothing.
      libc.send(connection, buffer, 0, 1, OUT_OF_BAND | Sockets.MSG_NOSIGNAL);
    }
  }

  /**
   * Asks what the server has sent. It must be asked before more is read, since an ordinary read
   * drops the byte.
   *
   * @param buffer of at least one byte
   */
  public static Rejection receive(Libc libc, int connection, NativeBuffer buffer) {
    if (libc.recv(connection, buffer, 1, OUT_OF_BAND) == 1) {
      for (Rejection rejection : ALL) {
        if ((byte) rejection.code == buffer.getByte(0)) {
          return rejection;
        }
      }
    }
    return NONE;
  }
}
