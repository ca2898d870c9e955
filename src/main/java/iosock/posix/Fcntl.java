package iosock.posix;

/** fcntl.h. */
public final class Fcntl {

  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 01;
  public static final int O_RDWR = 02;
  public static final int O_NOCTTY = 0400;
  public static final int O_NONBLOCK = 04000;
  public static final int O_CLOEXEC = 02000000;
  public static final int O_PATH = 010000000;

  public static final int F_GETFD = 1;
  public static final int F_SETFD = 2;
  public static final int F_SETFL = 4;
  public static final int F_SETPIPE_SZ = 1031;
  public static final int FD_CLOEXEC = 1;

  public static final int SPLICE_F_MOVE = 1;
  public static final int SPLICE_F_NONBLOCK = 2;

  public static final int AT_FDCWD = -100;
  public static final int AT_SYMLINK_NOFOLLOW = 0x100;
  public static final int AT_EMPTY_PATH = 0x1000;

  private Fcntl() {}
}
