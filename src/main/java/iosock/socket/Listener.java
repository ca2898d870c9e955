package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
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

  private static final int PERMISSIONS = 0777;

  private final Libc libc;
  private final SocketName name;
  private final int fd;

  /** The file that bind(2) made; null for an abstract name. */
  private final FileStatus file;

  private boolean open = true;

  private Listener(Libc libc, SocketName name, int fd, FileStatus file) {
    this.libc = libc;
    this.name = name;
    this.fd = fd;
    this.file = file;
  }

  /**
   * Binds and listens. A path whose socket no process has open is replaced; any other file at the
   * path is left alone.
   *
   * @param mode the permission bits of the path, right from its creation
   * @throws Failure if that fails; then no file is left
   */
  public static Listener listen(Libc libc, SocketName name, int mode) {
    SocketAddress address = name.address(BIND);
    int type = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    int bound = bind(libc, fd, address, mode);
    if (bound == -Errno.EADDRINUSE && !name.isAbstract()) {
      bound = replace(libc, fd, name, address, mode);
    }
    check(bound, BIND, name.text());
    FileStatus file = name.isAbstract() ? null : status(libc, name);
    Listener listener = new Listener(libc, name, fd, file);
    int listens = libc.listen(fd, BACKLOG);
    if (listens < 0) {
      listener.close();
    }
    check(listens, "listen on", name.text());
    return listener;
  }

  /** bind(2) gives the path all permissions that the umask leaves, whatever the directory's ACL. */
  private static int bind(Libc libc, int fd, SocketAddress address, int mode) {
    int umask = libc.umask(PERMISSIONS & ~mode);
    int result = libc.bind(fd, address);
    libc.umask(umask);
    return result;
  }

  /**
   * Replaces a socket that no process has open, under a lock on the directory: otherwise, of two
   * processes that find the same socket dead, the slower one would unlink the socket that the
   * faster one has just bound. A directory that cannot be read cannot be locked; then there is no
   * lock.
   */
  private static int replace(Libc libc, int fd, SocketName name, SocketAddress address, int mode) {
    NativeBuffer directory = NativeBuffer.string(name.directory());
    int lock = libc.open(directory, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    try {
      if (libc.flock(lock, Fcntl.LOCK_EX | Fcntl.LOCK_NB) == -Errno.EAGAIN) {
        return -Errno.EADDRINUSE;
      }
      FileStatus file = status(libc, name);
      if (file == null) {
        return bind(libc, fd, address, mode);
      }
      if (file.type() != FileStatus.S_IFSOCK) {
        return -Errno.EEXIST;
      }
      int dead = probe(libc, address);
      if (dead != -Errno.ECONNREFUSED) {
        return dead;
      }
      int unlinked = libc.unlink(NativeBuffer.string(name.text()));
      return unlinked < 0 ? unlinked : bind(libc, fd, address, mode);
    } finally {
      libc.close(lock);
    }
  }

  /**
   * Tests whether a process has the socket open. A datagram socket is refused for its type, so it
   * never becomes a client, and it finds a socket that is bound but does not listen yet.
   *
   * @return -ECONNREFUSED if no process has it open, -EADDRINUSE if one has, or another negative
   *     errno
   */
  private static int probe(Libc libc, SocketAddress address) {
    int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    int result = libc.connect(fd, address);
    libc.close(fd);
    return result >= 0 || result == -Errno.EPROTOTYPE ? -Errno.EADDRINUSE : result;
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
      // An out-of-band byte could be lost or come early; in line it keeps its place.
      libc.setsockopt(client, Sockets.SOL_SOCKET, Sockets.SO_OOBINLINE, 1);
    }
    return client;
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
