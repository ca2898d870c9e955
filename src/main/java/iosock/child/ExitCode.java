package iosock.child;

import iosock.posix.WaitStatus;

/** The exit codes of a shell, as {@code env}, {@code timeout} and {@code podman run} use them. */
public final class ExitCode {

  /** Added to the number of the signal that killed a process. */
  private static final int SIGNAL = 128;

  /** iosock itself failed, or was misused. */
  public static final int FAILED = 125;

  private ExitCode() {}

  /** The code to exit with in place of a process that a signal has killed. */
  public static int ofSignal(int signal) {
    return SIGNAL + signal;
  }

  /**
   * @param waitStatus of a process that has ended
   * @return the code to exit with in its place
   */
  static int of(int waitStatus) {
    int signal = WaitStatus.signal(waitStatus);
    return signal == 0 ? WaitStatus.exitStatus(waitStatus) : ofSignal(signal);
  }
}
