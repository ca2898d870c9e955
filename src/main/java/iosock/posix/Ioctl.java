package iosock.posix;

/** sys/ioctl.h. */
final class Ioctl {

  /** How many bytes wait to be read. */
  static final int FIONREAD = 0x541b;

  /** The number of the terminal that a pseudo-terminal's master belongs to. */
  static final long TIOCGPTN = 0x80045430L;

  private Ioctl() {}
}
