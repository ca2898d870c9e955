package iosock.inherited;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.util.List;

/** Listening sockets that iosock was started with, by a service manager: sd_listen_fds(3). */
public final class Activation {

  /** They tell a process which descriptors are passed to it. */
  private static final List<String> VARIABLES =
      List.of("LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "LISTEN_PIDFDID");

  private Activation() {}

  /**
   * Takes a socket, and the variables that speak of it, out of what the command inherits. The
   * caller closes the socket.
   *
   * @param descriptors of which the inherited ones are known
   * @return 0, or -EBADF if iosock has not inherited it: a file of the VM may have its number
   */
  public static int take(Libc libc, Descriptors descriptors, int fd) {
    if (!descriptors.take(fd)) {
      return -Errno.EBADF;
    }
    for (String name : VARIABLES) {
      libc.unsetenv(NativeBuffer.string(name));
    }
    return 0;
  }
}
