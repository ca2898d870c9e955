package iosock.child;

/** execvp(3) failed: there is no such command, or it cannot be executed. */
public final class CommandNotRun extends Exception {

  private static final long serialVersionUID = 1;

  private final int errno;

  CommandNotRun(int errno) {
    super(null, null, false, false);
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
