package iosock.child;

/** A command was not executed: it does not exist, or execvp(3) or a call before it failed. */
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
