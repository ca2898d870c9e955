package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Failure;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;

/** A listening socket, and its path. */
public final class Listener {

  private static final String BIND = "bind";

  /** How many connections may be pending. */
  public static final int BACKLOG = 128;

  private final Libc libc;
  private final SocketName name;
  private final int fd;

  /** The file that bind(2) made; null for an abstract name. */
  private final FileStatus file;

  private final Permissions permissions;
  private boolean open = true;

  private Listener(Libc libc, SocketName name, int fd, FileStatus file, Permissions permissions) {
    this.libc = libc;
    this.name = name;
    this.fd = fd;
    this.file = file;
    this.permissions = permissions;
  }

  /**
   * Binds and listens. A path whose socket no process has open is replaced; any other file at the
   * path is left alone.
   *
   * @param mode the permission bits of the path, right from its creation; an abstract name has them
   *     by the peer's credentials
   * @throws Failure if that fails; then no file is left
   */
  public static Listener listen(Libc libc, SocketName name, int mode) {
    SocketAddress address = name.address(BIND);
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    int bound = name.isAbstract() ? libc.bind(fd, address) : PathBinding.bind(libc, fd, name, mode);
    check(bound, BIND, name.text());
    FileStatus file = name.isAbstract() ? null : status(libc, name);
    Permissions permissions =
        name.isAbstract() ? Permissions.of(libc, mode) : Permissions.ofPath(libc);
    Listener listener = new Listener(libc, name, fd, file, permissions);
    DescriptorPassing.refuse(libc, fd);
    int listens = libc.listen(fd, BACKLOG);
    if (listens < 0) {
      listener.close();
    }
    check(listens, "listen on", name.text());
    return listener;
  }

  /**
   * @return null if there is no file
   */
  private static FileStatus status(Libc libc, SocketName name) {
    FileStatus status = new FileStatus();
    NativeBuffer path = NativeBuffer.string(name.text());
    int result = libc.statx(Fcntl.AT_FDCWD, path, Fcntl.AT_SYMLINK_NOFOLLOW, status);
    return result < 0 ? null : status;
  }

  /** Readable when a client has connected. */
  public int fd() {
    return fd;
  }

  /**
   * @return a client's socket, non-blocking and close-on-exec, which the caller closes; or a
   *     negative errno
   */
  public int accept() {
    int client = libc.accept4(fd, Sockets.SOCK_NONBLOCK | Sockets.SOCK_CLOEXEC);
    if (client >= 0) {
      // An out-of-band byte of a client could be lost or come early; in line it keeps its place.
      libc.setsockopt(client, Sockets.SOL_SOCKET, Sockets.SO_OOBINLINE, 1);
    }
    return client;
  }

  /** Whether the permissions of this socket let a peer connect; asked once it is accepted. */
  public boolean permits(int client) {
    return permissions.allow(client);
  }

  /**
   * Unlinks the path, unless another file is there by now, and closes the socket. Does nothing if
   * that has been done.
   *
   * @return the negative errno of unlink(2), or 0
   */
  public int close() {
    if (!open) {
      return 0;
    }
    open = false;
    int unlinked = 0;
    if (file != null) {
      FileStatus now = status(libc, name);
      if (now != null && now.isSameFile(file)) {
        unlinked = libc.unlink(NativeBuffer.string(name.text()));
      }
    }
    libc.close(fd);
    return unlinked;
  }
}
