package iosock.inherited;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import java.util.Arrays;
import java.util.Optional;

/** The datagram socket of the service manager that has started iosock: sd_notify(3). */
public final class NotifySocket {

  private static final String VARIABLE = "NOTIFY_SOCKET";

  private final Libc libc;
  private final byte[] name;

  /** Or a negative errno. */
  private final int fd;

  private NotifySocket(Libc libc, byte[] name) {
    this.libc = libc;
    this.name = name;
    int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    fd = libc.socket(Sockets.AF_UNIX, type);
  }

  /**
   * Reads the name of the socket from the environment, and takes it out: the command inherits that.
   *
   * @return empty if there is no service manager
   */
  public static Optional<NotifySocket> take(Libc libc) {
    NativeBuffer variable = NativeBuffer.string(VARIABLE);
    long value = libc.getenv(variable);
    byte[] name = value == 0 ? new byte[0] : libc.string(value);
    libc.unsetenv(variable);
    return name.length == 0 ? Optional.empty() : Optional.of(new NotifySocket(libc, name));
  }

  /** As in the environment. */
  public byte[] name() {
    return name.clone();
  }

  /** Writable when there is space for a message that there was no space for. */
  public int fd() {
    return fd;
  }

  /**
   * Sends a message, never waiting.
   *
   * @return 0, -EAGAIN if there is no space for it now, or another negative errno
   */
  public int send(NativeBuffer message) {
    int connected = fd < 0 ? fd : connect();
    if (connected < 0) {
      return connected;
    }
    int length = message.size() - 1;
    return (int) Math.min(libc.send(fd, message, 0, length, Sockets.MSG_NOSIGNAL), 0);
  }

  /** Anew for each message: the service manager may have bound another socket to the path. */
  private int connect() {
    boolean isAbstract = name[0] == '@';
    if (!isAbstract && name[0] != '/') {
      return -Errno.EAFNOSUPPORT;
    }
    byte[] address = isAbstract ? Arrays.copyOfRange(name, 1, name.length) : name;
    if (address.length > SocketAddress.MAX_NAME) {
      return -Errno.ENAMETOOLONG;
    }
    return libc.connect(
        fd, isAbstract ? SocketAddress.abstractName(address) : SocketAddress.path(address));
  }

  /** Closes this end; the service manager's is not affected. */
  public void close() {
    libc.close(fd);
  }
}
