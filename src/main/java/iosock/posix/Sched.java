package iosock.posix;

/** sched.h. */
final class Sched {

  static final int CLONE_VM = 0x100;
  static final int CLONE_VFORK = 0x4000;

  private Sched() {}
}
