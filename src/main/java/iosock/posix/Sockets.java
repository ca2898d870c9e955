package iosock.posix;

/** sys/socket.h. */
public final class Sockets {

  public static final int AF_UNIX = 1;
  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_SEQPACKET = 5;
  public static final int SOCK_NONBLOCK = 04000;
  public static final int SOCK_CLOEXEC = 02000000;

  public static final int SOL_SOCKET = 1;
  public static final int SO_TYPE = 3;
  public static final int SO_LINGER = 13;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_DOMAIN = 39;
  public static final int SO_OOBINLINE = 10;
  static final int SO_PEERCRED = 17;
  static final int SO_PEERGROUPS = 59;

  /** Linux 6.16, asm-generic/socket.h; as older headers do not have it. */
  public static final int SO_PASSRIGHTS = 83;

  static final int SCM_RIGHTS = 1;

  public static final int SHUT_RD = 0;
  public static final int SHUT_WR = 1;
  public static final int SHUT_RDWR = 2;

  public static final int MSG_OOB = 1;
  public static final int MSG_TRUNC = 0x20;
  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;
  public static final int MSG_CMSG_CLOEXEC = 0x40000000;

  private Sockets() {}
}
