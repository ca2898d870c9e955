package iosock.child;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.WaitStatus;

/** Children that nobody here has started, as PID 1 gets them, or who started them is forgotten. */
public final class Orphans {

  private final Libc libc;
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);

  public Orphans(Libc libc) {
    this.libc = libc;
  }

  /** Takes notice of every child that has ended, never waiting. */
  public void reap() {
    int child;
    do {
      child = libc.waitpid(-1, status, WaitStatus.WNOHANG);
    } while (child > 0 || child == -Errno.EINTR);
  }
}
