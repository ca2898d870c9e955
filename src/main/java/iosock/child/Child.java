package iosock.child;

import iosock.posix.Errno;
import iosock.posix.Libc;

/**
 * A command that was started: its process or its process group and, once a {@link Reaper} has
 * reaped it, its end.
 */
public final class Child {

  /** For kill(2): looks whether there is such a process or group. */
  private static final int NO_SIGNAL = 0;

  private final Libc libc;
  private final int pid;
  private final boolean isGroup;

  /** Whether kill(2) would reach the command: another process may have its number later. */
  private boolean isReachable = true;

  private boolean exited;
  private int exitCode;

  /**
   * @param isGroup whether it leads a process group, which signals are sent to
   */
  Child(Libc libc, int pid, boolean isGroup) {
    this.libc = libc;
    this.pid = pid;
    this.isGroup = isGroup;
  }

  public int pid() {
    return pid;
  }

  /**
   * Sends a signal to the command, or to what there is of its group. Does nothing once the command
   * has been reaped, or once nothing is left of its group.
   *
   * @return the negative errno of kill(2), or 0
   */
  public int signal(int signal) {
    if (!isReachable) {
      return 0;
    }
    int result = libc.kill(isGroup ? -pid : pid, signal);
    if (result != -Errno.ESRCH) {
      return result;
    }
    // Nothing is in the group: unless the command has exited, it has moved to another one.
    isReachable = !exited;
    return exited ? 0 : libc.kill(pid, signal);
  }

  /** Whether the command is in this process's group, and so gets what is sent to the group. */
  public boolean isInOwnGroup() {
    return !exited && libc.getpgid(pid) == libc.getpgrp();
  }

  void reaped(int waitStatus) {
    exited = true;
    isReachable = isGroup;
    exitCode = ExitCode.of(waitStatus);
  }

  /** Whether the command has exited, or a signal has killed it, and it was reaped. */
  public boolean hasExited() {
    return exited;
  }

  /** Once the command has exited: whether processes of its group are left. */
  public boolean isGroupLeft() {
    signal(NO_SIGNAL);
    return isReachable;
  }

  /** Once the command has exited: what is left of its group goes on by itself. */
  public void leaveGroup() {
    isReachable = false;
  }

  /** The code to exit with in the command's place, once it has exited. */
  public int exitCode() {
    return exitCode;
  }
}
