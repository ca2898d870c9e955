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

  /** Does nothing once the command has been reaped: another process may have its number then. */
  public void signal(int signal) {
    if (!exited) {
      libc.kill(pid, signal);
    }
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
