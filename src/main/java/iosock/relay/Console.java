package iosock.relay;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;

/**
 * Where output goes while no client takes it: one of the descriptors that iosock was started with.
 *
 * <p>It may be anything, and others may share it, so O_NONBLOCK is never set on it; and yet it must
 * not be waited for. Hence one way to write for each kind. What cannot be written because the
 * console is gone or full for good (EPIPE, ENOSPC, …) is swallowed, and what comes next is tried
 * anew.
 */
final class Console {

  private enum Way {
    /** Without a copy: pipes, where SPLICE_F_NONBLOCK does not wait; files, which never do. */
    SPLICE,
    /** For files that splice(2) does not write to: those opened with O_APPEND. */
    WRITE,
    /** For sockets, which splice(2) would wait for. */
    SEND,
    /**
     * For a terminal that cannot be opened anew: one byte whenever poll(2) says that it has room.
     */
    WRITE_BYTE
  }

  private static final int BUFFER_SIZE = 1 << 16;

  private final Libc libc;
  private final int fd;
  private Way way;

  /** Allocated when first needed: bytes that have left the command's pipe and not yet arrived. */
  private NativeBuffer buffer;

  private int start;
  private int end;
  private int errno;

  /**
   * @param inherited stays open; a terminal is opened anew, and stays open as long as the process
   */
  Console(Libc libc, int inherited) {
    this.libc = libc;
    FileStatus status = new FileStatus();
    libc.statx(inherited, NativeBuffer.string(""), Fcntl.AT_EMPTY_PATH, status);
    int opened = inherited;
    way = Way.SPLICE;
    if (status.type() == FileStatus.S_IFSOCK) {
      way = Way.SEND;
    } else if (status.type() == FileStatus.S_IFCHR && libc.isatty(inherited)) {
      // Opened anew, a master would be that of another terminal.
      int anew = libc.isPtyMaster(inherited) ? -1 : openAnew(inherited);
      if (anew < 0) {
        way = Way.WRITE_BYTE;
      } else {
        opened = anew;
      }
    }
    fd = opened;
  }

  /** As another open file of the same terminal, whose flags are ours alone. */
  private int openAnew(int inherited) {
    return libc.open(
        NativeBuffer.string(Ascii.bytes("/proc/self/fd/".concat(Integer.toString(inherited)))),
        Fcntl.O_WRONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC);
  }

  int fd() {
    return fd;
  }

  /** Whether bytes that were taken have still to be written, by {@link #flush}. */
  boolean isPending() {
    return start < end;
  }

  /**
   * Moves at most {@code length} bytes out of {@code pipe}, never waiting.
   *
   * @return how many; 0 at the pipe's end; -EAGAIN or -EINTR if the pipe is empty or the console is
   *     full
   */
  long take(int pipe, long length) {
    if (way == Way.SPLICE) {
      long moved = libc.splice(pipe, fd, length, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
      if (moved >= 0 || moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
        return moved;
      }
      if (moved == -Errno.EINVAL) {
        way = Way.WRITE;
      } else {
        errno = (int) -moved;
      }
    }
    return isPending() ? -Errno.EAGAIN : copy(pipe, length);
  }

  /** Why it did not take something that was swallowed then; 0 if it took everything. */
  int errno() {
    return errno;
  }

  private long copy(int pipe, long length) {
    if (buffer == null) {
      buffer = new NativeBuffer(BUFFER_SIZE);
    }
    long read = libc.read(pipe, buffer, (int) Math.min(length, BUFFER_SIZE));
    // Where splice(2) failed for good, what is read is not written: this is the swallowing.
    if (read > 0 && way != Way.SPLICE) {
      start = 0;
      end = (int) read;
      if (way != Way.WRITE_BYTE) {
        flush();
      }
    }
    return read;
  }

  /** Writes what is pending, as far as it goes; call it when the console has room. */
  void flush() {
    long written;
    do {
      written = write();
      start = written > 0 ? start + (int) written : start;
    } while (written > 0 && isPending() && way != Way.WRITE_BYTE);
    if (written < 0 && written != -Errno.EAGAIN && written != -Errno.EINTR) {
      start = end;
      errno = (int) -written;
    }
  }

  private long write() {
    return switch (way) {
      case SEND ->
          libc.send(fd, buffer, start, end - start, Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL);
      case WRITE_BYTE -> libc.write(fd, buffer, start, 1);
      default -> libc.write(fd, buffer, start, end - start);
    };
  }
}
