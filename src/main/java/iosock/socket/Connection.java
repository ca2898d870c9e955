package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.signal.SignalPipe;
import iosock.signal.TerminatedBySignal;

/** A socket that is connected to one that somebody else listens on. */
public final class Connection {

  /** A listener whose queue is full cannot be waited for, only asked again. */
  private static final int AGAIN_MILLIS = 50;

  private Connection() {}

  /**
   * Waits while the listener's queue is full.
   *
   * @param ownName an abstract name for this end of the connection, as far as it can be had; null
   *     for none
   * @return a non-blocking descriptor, which the caller closes
   * @throws Failure if nobody listens
   * @throws TerminatedBySignal if a signal has ended the wait
   */
  public static int connect(Libc libc, SocketName name, byte[] ownName, SignalPipe signals)
      throws TerminatedBySignal {
    SocketAddress address = name.address("connect to");
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    if (ownName != null) {
      libc.bind(fd, SocketAddress.abstractName(ownName));
    }
    int result;
    while ((result = libc.connect(fd, address)) == -Errno.EAGAIN) {
      signals.waitForTermination(AGAIN_MILLIS);
    }
    check(result, "connect to", name.text());
    return fd;
  }
}
