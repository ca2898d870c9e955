package iosock.posix;

/**
 * errno.h, the errors that iosock handles in different ways, and the cases that they fall into:
 * results are those of {@link Libc}, negative where a call failed.
 */
public final class Errno {

  public static final int EPERM = 1;
  public static final int ENOENT = 2;
  public static final int ESRCH = 3;
  public static final int EINTR = 4;
  public static final int EIO = 5;
  public static final int EBADF = 9;
  public static final int EAGAIN = 11;
  public static final int ENOMEM = 12;
  public static final int EACCES = 13;
  public static final int EEXIST = 17;
  public static final int EINVAL = 22;
  public static final int EMFILE = 24;
  public static final int EPIPE = 32;
  public static final int ERANGE = 34;
  public static final int ENAMETOOLONG = 36;
  public static final int ENOSYS = 38;
  public static final int ENODATA = 61;
  public static final int EPROTOTYPE = 91;
  public static final int EAFNOSUPPORT = 97;
  public static final int EADDRINUSE = 98;
  public static final int ECONNABORTED = 103;
  public static final int ECONNRESET = 104;
  public static final int ENOBUFS = 105;
  public static final int ECONNREFUSED = 111;

  private Errno() {}

  /** Whether nothing could be done at this moment, and poll(2) says when to try again. */
  public static boolean isNotNow(long result) {
    return result == -EAGAIN || result == -EINTR;
  }

  /** Whether the kernel had no memory, of which poll(2) does not know. */
  public static boolean isShortage(long result) {
    return result == -ENOMEM || result == -ENOBUFS;
  }

  /** Whether the same call may succeed later. */
  public static boolean isTemporary(long result) {
    return isNotNow(result) || isShortage(result);
  }

  /** Whether the kernel or a sandbox never allows splice(2) or tee(2) on these descriptors. */
  public static boolean isRefusal(long result) {
    return result == -EINVAL || result == -ENOSYS || result == -EPERM;
  }
}
