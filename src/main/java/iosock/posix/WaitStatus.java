package iosock.posix;

/** sys/wait.h: the status of a child, from {@code waitpid}. */
public final class WaitStatus {

  public static final int WNOHANG = 1;

  private WaitStatus() {}

  /** WTERMSIG: the signal that killed it, or 0 if it exited. */
  public static int signal(int status) {
    return status & 0x7f;
  }

  /** WEXITSTATUS, of a child that exited. */
  public static int exitStatus(int status) {
    return status >> 8 & 0xff;
  }
}
