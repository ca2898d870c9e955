package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.signal.SignalPipe;
import iosock.signal.TerminatedBySignal;
import java.util.Optional;

/** Connects to a listening socket. */
public final class Connection {

  /** A full backlog cannot be waited for: connect(2) is tried again. */
  private static final int RETRY_MILLIS = 50;

  private Connection() {}

  /**
   * Waits while the listener's backlog is full.
   *
   * @param takesDescriptors whether the server may send descriptors
   * @param ownName an abstract name for this end of the connection, used if it is free
   * @return a non-blocking descriptor, which the caller closes
   * @throws Failure if no process listens
   * @throws TerminatedBySignal if a signal that ends the process arrives meanwhile
   */
  public static int connect(
      Libc libc,
      SocketName name,
      Optional<byte[]> ownName,
      boolean takesDescriptors,
      SignalPipe signals)
      throws TerminatedBySignal {
    SocketAddress address = name.address("connect to");
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    if (!takesDescriptors) {
      DescriptorPassing.refuse(libc, fd);
    }
    if (ownName.isPresent()) {
      libc.bind(fd, SocketAddress.abstractName(ownName.get()));
    }
    int result;
    while (Errno.isNotNow(result = libc.connect(fd, address))) {
      // EINTR may be a signal that ends the process, too.
      signals.waitForTermination(RETRY_MILLIS);
    }
    check(result, "connect to", name.text());
    return fd;
  }
}
