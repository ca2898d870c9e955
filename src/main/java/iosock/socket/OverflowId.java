package iosock.socket;

import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.nio.charset.StandardCharsets;

/**
 * The id by which a user namespace shows every user, or every group, that has no other id there:
 * user_namespaces(7). It may also be the id of a real user, and does not say which of them it is.
 */
record OverflowId(int id) {

  /** For a namespace where each has an id of its own: no user or group has the id -1. */
  static final OverflowId NONE = new OverflowId(-1);

  private static final int DEFAULT = 65534;

  /** A map of one line with this count leaves none out. */
  private static final String ALL = "4294967295";

  static OverflowId ofUsers(Libc libc) {
    return read(libc, "/proc/self/uid_map", "/proc/sys/kernel/overflowuid");
  }

  static OverflowId ofGroups(Libc libc) {
    return read(libc, "/proc/self/gid_map", "/proc/sys/kernel/overflowgid");
  }

  private static OverflowId read(Libc libc, String map, String overflow) {
    try {
      if (text(libc, map).endsWith(ALL)) {
        return NONE;
      }
      return new OverflowId(Integer.parseUnsignedInt(text(libc, overflow)));
    } catch (Failure notReadable) {
      return new OverflowId(DEFAULT);
    }
  }

  private static String text(Libc libc, String path) {
    return new String(ProcFile.read(libc, path), StandardCharsets.US_ASCII).strip();
  }
}
