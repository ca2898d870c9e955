package iosock.posix;

/** sys/ioctl.h. */
final class Ioctl {

  /** How many bytes can be read. */
  static final int FIONREAD = 0x541b;

  /** How much a socket has sent that was not read: linux/sockios.h. */
  static final int SIOCOUTQ = 0x5411;

  /** Makes a terminal the controlling terminal of the caller's session. */
  static final int TIOCSCTTY = 0x540e;

  static final int TIOCGWINSZ = 0x5413;
  static final int TIOCSWINSZ = 0x5414;

  /** Opens the terminal of a master. */
  static final int TIOCGPTPEER = 0x5441;

  /** The number of the terminal of a master. */
  static final long TIOCGPTN = 0x80045430L;

  private Ioctl() {}
}
