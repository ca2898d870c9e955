package iosock.inherited;

import static iosock.posix.Failure.check;

import iosock.posix.Libc;
import iosock.posix.Prctl;

/** The process that started this one. */
public final class Parent {

  /** Its number, as the launcher of the image has found it: it may have died since. */
  private static final String PROPERTY = "iosock.parent";

  private Parent() {}

  /**
   * Has this process get a signal when its parent dies; at once if the parent has died already.
   * prctl(2): it is the end of the thread that has started this process.
   *
   * @throws iosock.posix.Failure if the kernel refuses that
   */
  public static void signalAtDeath(Libc libc, int signal) {
    int parent = Integer.getInteger(PROPERTY, libc.getppid());
    check(libc.prctl(Prctl.PR_SET_PDEATHSIG, signal), "watch", "the parent");
    if (libc.getppid() != parent) {
      libc.kill(libc.getpid(), signal);
    }
  }
}
