package iosock.flow;

import iosock.posix.Errno;

/** Tells a call that the kernel or a sandbox never allows from one that failed this time. */
final class Refusal {

  private Refusal() {}

  /** Whether splice(2) or tee(2) will not work on these descriptors: then bytes are copied. */
  static boolean is(long result) {
    return result == -Errno.EINVAL || result == -Errno.ENOSYS || result == -Errno.EPERM;
  }

  /** Whether nothing could be moved at this moment: errno in the manual pages of read and write. */
  static boolean isNotNow(long result) {
    return result == -Errno.EAGAIN || result == -Errno.EINTR;
  }
}
