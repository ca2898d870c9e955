package iosock.child;

import iosock.posix.Libc;

/** A command that was started: its process and, once a {@link Reaper} has reaped it, its end. */
public final class Child {

  private final Libc libc;
  private final int pid;
  private boolean exited;
  private int exitCode;

  Child(Libc libc, int pid) {
    this.libc = libc;
    this.pid = pid;
  }

  public int pid() {
    return pid;
  }

  /**
   * Does nothing once the command has been reaped: another process may have its number then.
   *
   * @return the negative errno of kill(2), or 0
   */
  public int signal(int signal) {
    return exited ? 0 : libc.kill(pid, signal);
  }

  /** Whether the command is in this process's group, and so gets what is sent to the group. */
  public boolean isInOwnGroup() {
    return !exited && libc.getpgid(pid) == libc.getpgrp();
  }

  void reaped(int waitStatus) {
    exited = true;
    exitCode = ExitCode.of(waitStatus);
  }

  /** Whether the command has exited, or a signal has killed it, and it was reaped. */
  public boolean hasExited() {
    return exited;
  }

  /** The code to exit with in the command's place, once it has exited. */
  public int exitCode() {
    return exitCode;
  }
}
