package iosock.flow;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;

/**
 * The standard output or standard error that iosock was started with.
 *
 * <p>It may be any kind of file, and other processes may share it, so O_NONBLOCK is never set on
 * it; and still nothing here may wait for it. Hence one method of writing for each kind. What
 * cannot be written because the file is gone or full for good (EPIPE, ENOSPC, ...) is dropped, and
 * what comes next is tried again.
 */
public final class StandardOutput implements Sink {

  private enum WriteMethod {
    /** Without a copy: pipes, where SPLICE_F_NONBLOCK does not wait; files, which never do. */
    SPLICE,
    /** For files that splice(2) refuses: those opened with O_APPEND. */
    WRITE,
    /** For sockets, which splice(2) would wait for. */
    SEND,
    /** For pipes where splice(2) is refused: as much as a pipe with POLLOUT has space for. */
    WRITE_PIPE,
    /** For a terminal that cannot be reopened: one byte whenever poll(2) says POLLOUT. */
    WRITE_BYTE
  }

  /** PIPE_BUF, linux/limits.h. */
  private static final int PIPE_BUF = 4096;

  private final Libc libc;
  private final Watch watch;
  private final Watch space;
  private final PollSet check;
  private final FileStatus status = new FileStatus();
  private final Outlet.Writer writer = new Writer();
  private WriteMethod method;
  private int errno;

  /**
   * @param inherited 1 or 2; stays open. A terminal is reopened, and stays open as long as the
   *     process.
   */
  public StandardOutput(Libc libc, int inherited) {
    this.libc = libc;
    libc.statx(inherited, NativeBuffer.string(""), Fcntl.AT_EMPTY_PATH, status);
    int opened = inherited;
    method = WriteMethod.SPLICE;
    if (status.type() == FileStatus.S_IFSOCK) {
      method = WriteMethod.SEND;
    } else if (status.type() == FileStatus.S_IFCHR && libc.isatty(inherited)) {
      int reopened = reopen(inherited);
      method = reopened < 0 ? WriteMethod.WRITE_BYTE : WriteMethod.SPLICE;
      opened = reopened < 0 ? inherited : reopened;
    }
    watch = new Watch(opened);
    space = new Watch(opened);
    check = PollSet.of(space, PollSet.POLLOUT);
  }

  /** Opens another file description of the same terminal, with flags of its own: open(2). */
  private int reopen(int inherited) {
    if (libc.isPtyMaster(inherited)) {
      // Opened again, a master would be that of another terminal.
      return -Errno.EINVAL;
    }
    return libc.open(
        NativeBuffer.string(Ascii.bytes("/proc/self/fd/".concat(Integer.toString(inherited)))),
        Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC);
  }

  @Override
  public void arm(PollSet poll) {
    poll.watch(watch, PollSet.POLLOUT);
  }

  /** Asks poll(2) for its end alone. */
  public void armHangup(PollSet poll) {
    poll.watch(watch, 0);
  }

  /** Whether the last poll(2) found that it is gone. */
  public boolean isHungUp() {
    return (watch.revents() & (PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL)) != 0;
  }

  @Override
  public boolean isReady() {
    return watch.revents() != 0;
  }

  @Override
  public long take(Outlet from, long max) {
    if (method == WriteMethod.SPLICE && !from.holdsBytes()) {
      long moved = from.splice(watch.fd(), max);
      if (moved >= 0 || Errno.isTemporary(moved)) {
        return moved;
      }
      if (!Errno.isRefusal(moved)) {
        errno = (int) -moved;
        return from.discard(max);
      }
      method = status.type() == FileStatus.S_IFIFO ? WriteMethod.WRITE_PIPE : WriteMethod.WRITE;
    }
    long written = from.copy(writer, max);
    if (written >= 0 || Errno.isTemporary(written) || !from.holdsBytes()) {
      return written;
    }
    errno = (int) -written;
    return from.discard(max);
  }

  private final class Writer implements Outlet.Writer {

    @Override
    public long write(NativeBuffer buffer, int offset, int length) {
      return StandardOutput.this.write(buffer, offset, length);
    }
  }

  private long write(NativeBuffer buffer, int offset, int length) {
    int fd = watch.fd();
    return switch (method) {
      case SEND ->
          libc.send(fd, buffer, offset, length, Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL);
      case WRITE_BYTE -> hasSpace() ? libc.write(fd, buffer, offset, 1) : -Errno.EAGAIN;
      case WRITE_PIPE ->
          hasSpace() ? libc.write(fd, buffer, offset, Math.min(length, PIPE_BUF)) : -Errno.EAGAIN;
      default -> libc.write(fd, buffer, offset, length);
    };
  }

  private boolean hasSpace() {
    check.poll(libc, 0);
    return space.revents() != 0;
  }

  /** Why it did not take something that was dropped then; 0 if it took everything. */
  public int errno() {
    return errno;
  }
}
