package iosock.child;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.WaitStatus;

/**
 * Reaps all children that have ended: the command, and every orphan that this process has adopted,
 * as process 1 does. The one place that calls waitpid(2) for them.
 */
public final class Reaper {

  private final Libc libc;
  private final Child[] commands;
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);

  /**
   * @param commands the children whose exit codes are wanted, if any; the others are orphans
   */
  public Reaper(Libc libc, Child... commands) {
    this.libc = libc;
    this.commands = commands.clone();
  }

  /** Reaps what has ended, without waiting. */
  public void reap() {
    int pid;
    while ((pid = libc.waitpid(-1, status, WaitStatus.WNOHANG)) > 0 || pid == -Errno.EINTR) {
      for (Child command : commands) {
        if (command.pid() == pid && !command.hasExited()) {
          command.reaped(status.getInt(0));
        }
      }
    }
  }
}
