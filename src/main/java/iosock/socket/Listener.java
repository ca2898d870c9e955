package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PeerName;
import iosock.posix.PollSet;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;

/** A listening socket, and its path. */
public final class Listener {

  private static final String BIND = "bind";
  private static final String LISTEN_ON = "listen on";

  /** Only the owner may connect. */
  private static final int OWNER_ONLY = 0600;

  /** How many connections may be pending. */
  public static final int BACKLOG = 128;

  private final Libc libc;
  private final SocketName name;
  private final int fd;

  /** The file that bind(2) made; null for an abstract name, and for an inherited socket. */
  private final FileStatus file;

  private final Permissions permissions;
  private final boolean inherited;
  private final InstantPoll now = new InstantPoll();
  private boolean open = true;

  private Listener(
      Libc libc,
      SocketName name,
      int fd,
      FileStatus file,
      Permissions permissions,
      boolean inherited) {
    this.libc = libc;
    this.name = name;
    this.fd = fd;
    this.file = file;
    this.permissions = permissions;
    this.inherited = inherited;
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
    Listener listener = new Listener(libc, name, fd, file, permissions, false);
    DescriptorPassing.refuse(libc, fd);
    int listens = libc.listen(fd, BACKLOG);
    if (listens < 0) {
      listener.close();
    }
    check(listens, LISTEN_ON, name.text());
    return listener;
  }

  /**
   * Takes over a listening socket that iosock was started with. Its path, if it has one, is not
   * touched: its permissions are those of connect(2), and it is not unlinked. An abstract socket
   * has no permissions, so only the owner may connect.
   *
   * @param name a descriptor, close-on-exec
   * @throws Failure if it is not a Unix stream socket that listens
   */
  public static Listener adopt(Libc libc, SocketName name) {
    int fd = name.descriptor();
    check(requireListening(libc, fd), LISTEN_ON, name.text());
    PeerName address = new PeerName();
    check(libc.getsockname(fd, address.clear()), LISTEN_ON, name.text());
    Permissions permissions =
        address.abstractLength() > 0 ? Permissions.of(libc, OWNER_ONLY) : Permissions.ofPath(libc);
    DescriptorPassing.refuse(libc, fd);
    return new Listener(libc, name, fd, null, permissions, true);
  }

  /**
   * @return 0, or a negative errno
   */
  private static int requireListening(Libc libc, int fd) {
    int domain = libc.getsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_DOMAIN);
    if (domain != Sockets.AF_UNIX) {
      return domain < 0 ? domain : -Errno.EAFNOSUPPORT;
    }
    if (libc.getsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_TYPE) != Sockets.SOCK_STREAM) {
      return -Errno.EPROTOTYPE;
    }
    // The error of accept(2).
    return libc.getsockopt(fd, Sockets.SOL_SOCKET, Sockets.SO_ACCEPTCONN) == 1 ? 0 : -Errno.EINVAL;
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

  /** Whether another process made this socket, and may go on listening on it. */
  public boolean isInherited() {
    return inherited;
  }

  /** Readable when a client has connected. */
  public int fd() {
    return fd;
  }

  /**
   * An inherited socket may be one whose accept(2) blocks. It stays so, as other processes may
   * share it; so poll(2) is asked first.
   *
   * @return a client's socket, non-blocking and close-on-exec, which the caller closes; or a
   *     negative errno
   */
  public int accept() {
    if (inherited && now.events(libc, fd, PollSet.POLLIN) == 0) {
      return -Errno.EAGAIN;
    }
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
   * Unlinks the path that this has made, unless another file is there by now, and closes the
   * socket. Does nothing if that has been done.
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
