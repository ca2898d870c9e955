package iosock.inherited;

import static iosock.posix.Failure.check;

import iosock.posix.Failure;
import iosock.posix.Libc;

/**
 * The working directory. The VM does not start in one that getcwd(3) cannot name: one that was
 * removed, or whose path is longer than PATH_MAX. There {@code bin/iosock} opens it, starts the VM
 * in {@code /}, and sets a property.
 */
public final class WorkingDirectory {

  /** The descriptor of the directory; it is not set where the VM was started in it. */
  private static final String PROPERTY = "iosock.working-directory";

  private WorkingDirectory() {}

  /**
   * Returns to the directory that iosock was started in. Must be called before any relative path is
   * used.
   *
   * @throws Failure if its permissions do not allow it
   */
  public static void restore(Libc libc) {
    String descriptor = System.getProperty(PROPERTY);
    if (descriptor != null) {
      int fd = Integer.parseInt(descriptor);
      check(libc.fchdir(fd), "change to", "the working directory");
      libc.close(fd);
    }
  }
}
