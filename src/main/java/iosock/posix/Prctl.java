package iosock.posix;

/** linux/prctl.h. */
public final class Prctl {

  /** Which signal the caller gets when its parent dies. */
  public static final int PR_SET_PDEATHSIG = 1;

  /** Whether orphans among the caller's descendants become its children. */
  public static final int PR_SET_CHILD_SUBREAPER = 36;

  private Prctl() {}
}
