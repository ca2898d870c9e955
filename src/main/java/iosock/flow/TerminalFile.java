package iosock.flow;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/** Opens inherited terminals anew, as descriptors with flags of their own: open(2). */
final class TerminalFile {

  private TerminalFile() {}

  /**
   * Another user's terminal cannot be opened by its own path; but if it is the controlling terminal
   * of this process, {@code /dev/tty} is that terminal, and any user may open it: tty(4).
   *
   * @param access O_RDONLY or O_WRONLY
   * @return a non-blocking descriptor, which the caller closes; or a negative errno
   */
  static int open(Libc libc, int inherited, int access) {
    if (libc.isPtyMaster(inherited)) {
      // Opened again, a master would be that of another terminal.
      return -Errno.EINVAL;
    }
    int opened = open(libc, "/proc/self/fd/".concat(Integer.toString(inherited)), access);
    // tcgetpgrp(3) fails for a terminal that is not the controlling one.
    return opened < 0 && libc.tcgetpgrp(inherited) >= 0 ? open(libc, "/dev/tty", access) : opened;
  }

  private static int open(Libc libc, String path, int access) {
    int flags = access | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
    return libc.open(NativeBuffer.string(Ascii.bytes(path)), flags);
  }
}
