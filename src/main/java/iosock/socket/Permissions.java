package iosock.socket;

import iosock.posix.Credentials;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/**
 * The permission bits of an abstract socket, which has no file: each peer is checked by its
 * credentials as open(2) checks a user who wants to write. The owner and the group are those that
 * iosock runs as.
 */
final class Permissions {

  /** connect(2) needs write permission: unix(7). */
  private static final int OTHERS = 02;

  private static final int GROUP = 020;
  private static final int OWNER = 0200;
  private static final int EVERYBODY = OWNER | GROUP | OTHERS;

  private static final int ROOT = 0;
  private static final int USUAL_GROUPS = 64;

  private final Libc libc;
  private final int mode;
  private final int owner;
  private final int group;
  private final OverflowId unmappedUser;
  private final OverflowId unmappedGroup;
  private final Credentials peer = new Credentials();
  private NativeBuffer groups = new NativeBuffer(USUAL_GROUPS * Integer.BYTES);

  private Permissions(Libc libc, int mode, OverflowId unmappedUser, OverflowId unmappedGroup) {
    this.libc = libc;
    this.mode = mode;
    this.unmappedUser = unmappedUser;
    this.unmappedGroup = unmappedGroup;
    owner = libc.geteuid();
    group = libc.getegid();
  }

  /** Those of an abstract socket. */
  static Permissions of(Libc libc, int mode) {
    return new Permissions(libc, mode, OverflowId.ofUsers(libc), OverflowId.ofGroups(libc));
  }

  /** Those of a path, which connect(2) itself checks. */
  static Permissions ofPath(Libc libc) {
    return new Permissions(libc, EVERYBODY, OverflowId.NONE, OverflowId.NONE);
  }

  /**
   * @param connection an accepted socket
   */
  boolean allow(int connection) {
    if ((mode & EVERYBODY) == EVERYBODY) {
      return true;
    }
    if (libc.getPeerCredentials(connection, peer) < 0) {
      return false;
    }
    if (peer.uid() == ROOT) {
      return true;
    }
    if (peer.uid() == owner && owner != unmappedUser.id()) {
      return (mode & OWNER) != 0;
    }
    return (mode & (isInGroup(connection) ? GROUP : OTHERS)) != 0;
  }

  private boolean isInGroup(int connection) {
    if (group == unmappedGroup.id()) {
      return false;
    }
    return peer.gid() == group || isInSupplementaryGroup(connection);
  }

  /** On Linux before 4.13 the supplementary groups are not known. */
  private boolean isInSupplementaryGroup(int connection) {
    int size;
    while ((size = libc.getPeerGroups(connection, groups)) == -Errno.ERANGE) {
      groups = new NativeBuffer(groups.size() * 2);
    }
    for (int offset = 0; offset < size; offset += Integer.BYTES) {
      if (groups.getInt(offset) == group) {
        return true;
      }
    }
    return false;
  }
}
