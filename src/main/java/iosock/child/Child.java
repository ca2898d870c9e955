package iosock.child;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.WaitStatus;

/** A command that was started: its process and, once it has ended, how. */
public final class Child {

  /** Added to a signal's number, as shells do. */
  private static final int KILLED = 128;

  private final Libc libc;
  private final int pid;
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);
  private boolean exited;
  private int exitCode;

  Child(Libc libc, int pid) {
    this.libc = libc;
    this.pid = pid;
  }

  public int pid() {
    return pid;
  }

  /** Does nothing once the command has been reaped and its number may be another's. */
  public void signal(int signal) {
    if (!exited) {
      libc.kill(pid, signal);
    }
  }

  /**
   * Takes notice of every child that has ended, never waiting: the command, and as PID 1 every
   * orphan too.
   */
  public void reap() {
    int child;
    while ((child = libc.waitpid(-1, status, WaitStatus.WNOHANG)) > 0 || child == -Errno.EINTR) {
      if (child == pid) {
        ended(status.getInt(0));
      }
    }
  }

  void ended(int waitStatus) {
    exited = true;
    int signal = WaitStatus.signal(waitStatus);
    exitCode = signal == 0 ? WaitStatus.exitStatus(waitStatus) : KILLED + signal;
  }

  public boolean hasExited() {
    return exited;
  }

  /** The code to exit with in the command's place, once it has exited. */
  public int exitCode() {
    return exitCode;
  }
}
