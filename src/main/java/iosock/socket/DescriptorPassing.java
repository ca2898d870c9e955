package iosock.socket;

import iosock.posix.Libc;
import iosock.posix.Sockets;

/**
 * Keeps peers from sending descriptors (SCM_RIGHTS). One that is received beside bytes and not kept
 * is closed by the thread that reads them, and closing may wait: a TCP socket with SO_LINGER, a
 * file of a file system that does not answer.
 */
public final class DescriptorPassing {

  private DescriptorPassing() {}

  /**
   * From now on sendmsg(2) fails with EPERM for a peer that wants to send descriptors to this
   * socket; sockets that are accepted from it inherit that.
   *
   * @return whether it does: not before Linux 6.16
   */
  public static boolean refuse(Libc libc, int socket) {
    return libc.setsockopt(socket, Sockets.SOL_SOCKET, Sockets.SO_PASSRIGHTS, 0) == 0;
  }
}
