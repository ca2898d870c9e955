package iosock.socket;

import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.nio.charset.StandardCharsets;

/**
 * The id by which a user namespace shows every user, or every group, that has no other id there:
 * user_namespaces(7). It may also be the id of a real user, and does not say which of them it is.
 */
final class OverflowId {

  /** No user or group has this id. */
  static final int NONE = -1;

  private static final int DEFAULT = 65534;

  /** A map of one line with this count leaves none out. */
  private static final String ALL = "4294967295";

  private OverflowId() {}

  static int ofUsers(Libc libc) {
    return read(libc, "/proc/self/uid_map", "/proc/sys/kernel/overflowuid");
  }

  static int ofGroups(Libc libc) {
    return read(libc, "/proc/self/gid_map", "/proc/sys/kernel/overflowgid");
  }

  private static int read(Libc libc, String map, String overflow) {
    try {
      if (text(libc, map).endsWith(ALL)) {
        return NONE;
      }
      return Integer.parseUnsignedInt(text(libc, overflow));
    } catch (Failure notReadable) {
      return DEFAULT;
    }
  }

  private static String text(Libc libc, String path) {
    return new String(ProcFile.read(libc, path), StandardCharsets.US_ASCII).strip();
  }
}
