package iosock.socket;

import static iosock.posix.Failure.check;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * Binds a socket to a path, in place of a socket that no process has open any more.
 *
 * <p>Of several processes that find the same dead socket only one may unlink it: another one would
 * unlink the socket that the first has bound meanwhile. A lock on the directory would not do, as
 * any process may hold one. Instead a process claims the dead socket: it binds a socket of its own
 * beside it, to a name made of the dead socket's inode number, which bind(2) gives to one process
 * only. The claim of a process that has died is a dead socket too, and is replaced in the same way.
 *
 * <p>A claim is good while the path is still that inode's. The inode is kept open (O_PATH), so that
 * no other file gets its number.
 */
final class PathBinding {

  private static final int PERMISSIONS = 0777;
  private static final String CLAIM_PREFIX = ".iosock-";
  private static final int MAX_CLAIM_NAME = CLAIM_PREFIX.length() + Long.BYTES * 2;

  /** Any user's process may look whether a claim is alive. */
  private static final int CLAIM_MODE = 0666;

  /** How often other processes may change the path meanwhile. */
  private static final int MAX_ATTEMPTS = 16;

  /** Another process has changed the path: there is something else there now, or nothing. */
  private static final int CHANGED = -Errno.EAGAIN;

  private record Claim(int socket, byte[] path) {}

  private final Libc libc;
  private final byte[] path;
  private final byte[] directory;
  private final FileStatus directoryStatus = new FileStatus();
  private final List<Claim> claims = new ArrayList<>();
  private byte[] claimDirectory;

  private PathBinding(Libc libc, SocketName name) {
    this.libc = libc;
    path = name.text();
    directory = name.directory();
  }

  /**
   * @param name a path
   * @param mode the permission bits of the path, right from its creation
   * @return 0; -EADDRINUSE if another process has the path's socket open, or is replacing it;
   *     -EEXIST if the file is not a socket; or another negative errno
   */
  static int bind(Libc libc, int socket, SocketName name, int mode) {
    PathBinding binding = new PathBinding(libc, name);
    int bound = binding.bindNew(socket, binding.path, mode);
    return bound == -Errno.EADDRINUSE ? binding.bindInPlace(socket, mode) : bound;
  }

  /** bind(2) gives the path all permissions that the umask leaves, whatever the directory's ACL. */
  private int bindNew(int socket, byte[] path, int mode) {
    int umask = libc.umask(PERMISSIONS & ~mode);
    int result = libc.bind(socket, SocketAddress.path(path));
    libc.umask(umask);
    return result;
  }

  private int bindInPlace(int socket, int mode) {
    int status = status(directory, 0, directoryStatus);
    if (status < 0) {
      return status;
    }
    int descriptor = openLongDirectory();
    FileStatus target = new FileStatus();
    try {
      return bindReplacing(socket, path, mode, target, target);
    } finally {
      release();
      libc.close(descriptor);
    }
  }

  /** Where a claim's path would be too long, the directory is named by a descriptor. */
  private int openLongDirectory() {
    claimDirectory = directory;
    if (directory.length + 1 + MAX_CLAIM_NAME <= SocketAddress.MAX_NAME) {
      return -Errno.EBADF;
    }
    int descriptor = libc.open(NativeBuffer.string(directory), Fcntl.O_PATH | Fcntl.O_CLOEXEC);
    claimDirectory = Ascii.bytes(descriptorPath(descriptor));
    return descriptor;
  }

  private static String descriptorPath(int descriptor) {
    return "/proc/self/fd/".concat(Integer.toString(descriptor));
  }

  /**
   * Binds to a path, and first unlinks what is there if it is a dead socket.
   *
   * @param found receives what is there
   * @param target the dead socket that all of this is about; {@code found} itself at first
   */
  private int bindReplacing(
      int socket, byte[] path, int mode, FileStatus found, FileStatus target) {
    int result = CHANGED;
    for (int i = 0; i < MAX_ATTEMPTS && result == CHANGED; i++) {
      result = bindNew(socket, path, mode);
      if (result == -Errno.EADDRINUSE) {
        result = unlinkDead(path, found, target);
        result = result == 0 ? CHANGED : result;
      }
    }
    return result == CHANGED ? -Errno.EADDRINUSE : result;
  }

  private int unlinkDead(byte[] path, FileStatus found, FileStatus target) {
    int result = status(path, Fcntl.AT_SYMLINK_NOFOLLOW, found);
    if (result < 0) {
      return result == -Errno.ENOENT ? CHANGED : result;
    }
    if (found.type() != FileStatus.S_IFSOCK) {
      return -Errno.EEXIST;
    }
    int pin = libc.open(NativeBuffer.string(path), Fcntl.O_PATH | Fcntl.O_CLOEXEC);
    if (pin < 0) {
      return pin == -Errno.ENOENT ? CHANGED : pin;
    }
    try {
      return unlinkPinned(path, pin, found, target);
    } finally {
      libc.close(pin);
    }
  }

  /**
   * @return 0 if it has been unlinked
   */
  private int unlinkPinned(byte[] path, int pin, FileStatus found, FileStatus target) {
    int state = probe(path);
    if (state != -Errno.ECONNREFUSED && !isClosedToOwner(state, found)) {
      return state == -Errno.ENOENT ? CHANGED : state;
    }
    int claimed = claim(found, target);
    if (claimed < 0) {
      return claimed;
    }
    state = probeAsOwner(path, pin, found);
    if (state != -Errno.ECONNREFUSED) {
      return state == -Errno.ENOENT ? CHANGED : state;
    }
    FileStatus now = new FileStatus();
    if (status(path, Fcntl.AT_SYMLINK_NOFOLLOW, now) < 0 || !now.isSameFile(found)) {
      return CHANGED;
    }
    return libc.unlink(NativeBuffer.string(path));
  }

  /**
   * Takes the right to unlink a dead socket.
   *
   * @return 0; -EADDRINUSE if another process has it; or another negative errno
   */
  private int claim(FileStatus dead, FileStatus target) {
    byte[] path = claimPath(dead);
    FileStatus found = new FileStatus();
    if (isForeign(path, found, target)) {
      return claim(found, target);
    }
    int socket = libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC);
    if (socket < 0) {
      return socket;
    }
    int bound = bindReplacing(socket, path, CLAIM_MODE, found, target);
    if (bound < 0) {
      libc.close(socket);
    } else {
      claims.add(new Claim(socket, path));
    }
    return bound;
  }

  private byte[] claimPath(FileStatus dead) {
    ByteArrayOutputStream path = new ByteArrayOutputStream();
    path.writeBytes(claimDirectory);
    path.write('/');
    path.writeBytes(Ascii.bytes(CLAIM_PREFIX.concat(Long.toHexString(dead.inode()))));
    return path.toByteArray();
  }

  /**
   * Whether there is a file at a claim's path whose owner may not unlink the target: any user may
   * make one in a directory like /tmp. All processes then claim that file in place of the target.
   */
  private boolean isForeign(byte[] path, FileStatus found, FileStatus target) {
    if ((directoryStatus.mode() & FileStatus.S_ISVTX) == 0
        || status(path, Fcntl.AT_SYMLINK_NOFOLLOW, found) < 0) {
      return false;
    }
    int owner = found.uid();
    return owner != 0 && owner != directoryStatus.uid() && owner != target.uid();
  }

  private void release() {
    for (Claim claim : claims) {
      // In this order, so that the claim is never found dead.
      libc.unlink(NativeBuffer.string(claim.path()));
      libc.close(claim.socket());
    }
  }

  /**
   * Tests whether a process has the socket open. A datagram socket is refused for its type, so it
   * never becomes a client, and it finds a socket that is bound but does not listen yet.
   *
   * @return -ECONNREFUSED if no process has it open, -EADDRINUSE if one has, or another negative
   *     errno
   */
  private int probe(byte[] path) {
    int type = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;
    int fd = check(libc.socket(Sockets.AF_UNIX, type), "make", "a socket");
    int result;
    do {
      result = libc.connect(fd, SocketAddress.path(path));
    } while (result == -Errno.EINTR);
    libc.close(fd);
    return result >= 0 || result == -Errno.EPROTOTYPE ? -Errno.EADDRINUSE : result;
  }

  /** Whether only the mode of an own socket keeps it from being probed: -m 0400. */
  private boolean isClosedToOwner(int state, FileStatus found) {
    return state == -Errno.EACCES
        && found.uid() == libc.geteuid()
        && (found.mode() & FileStatus.S_IWUSR) == 0;
  }

  /** For connect(2) the owner needs write permission too, and may take it. */
  private int probeAsOwner(byte[] path, int pin, FileStatus found) {
    int state = probe(path);
    if (!isClosedToOwner(state, found)) {
      return state;
    }
    NativeBuffer file = NativeBuffer.string(descriptorPath(pin));
    if (libc.chmod(file, found.mode() | FileStatus.S_IWUSR) < 0) {
      return state;
    }
    state = probe(path);
    if (state != -Errno.ECONNREFUSED) {
      libc.chmod(file, found.mode());
    }
    return state;
  }

  private int status(byte[] path, int flags, FileStatus status) {
    return libc.statx(Fcntl.AT_FDCWD, NativeBuffer.string(path), flags, status);
  }
}
