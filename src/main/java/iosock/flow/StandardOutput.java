package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Termios;
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
    /** For a terminal that cannot be reopened: as much as one with POLLOUT has space for. */
    WRITE_TERMINAL
  }

  /** PIPE_BUF, linux/limits.h. */
  private static final int PIPE_BUF = 4096;

  /**
   * A pseudo-terminal with POLLOUT takes that much in one piece: it allocates its space in units of
   * 256 bytes (tty_buffer_alloc), and looks for space once a piece. Other terminals have more space
   * (WAKEUP_CHARS of n_tty.c).
   */
  private static final int TERMINAL_SPACE = 256;

  private static final int TTY_MAJOR = 4;
  private static final int UNIX98_FIRST = 136;
  private static final int UNIX98_LAST = 143;

  private final Libc libc;
  private final Watch watch;
  private final InstantPoll now = new InstantPoll();
  private final FileStatus status = new FileStatus();
  private final Termios settings = new Termios();
  private final PipeReader.Writer writer = new Writer();
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
      int reopened = TerminalFile.open(libc, inherited, Fcntl.O_WRONLY);
      method = reopened < 0 ? WriteMethod.WRITE_TERMINAL : WriteMethod.SPLICE;
      opened = reopened < 0 ? inherited : reopened;
    }
    watch = new Watch(opened);
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
    return isHangup(watch.revents());
  }

  /** Whether it is gone by now: the hangup of a terminal may have come after poll(2). */
  public boolean isHungUpNow() {
    return isHangup(now.events(libc, watch.fd(), 0));
  }

  private static boolean isHangup(int events) {
    return (events & (PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL)) != 0;
  }

  @Override
  public boolean isReady() {
    return watch.revents() != 0;
  }

  @Override
  public long take(PipeReader from, long max) {
    if (method == WriteMethod.SPLICE && !from.holdsBytes()) {
      long moved = from.splice(watch.fd(), max);
      if (moved >= 0 || Errno.isTemporary(moved)) {
        return moved;
      }
      if (!Errno.isRefusal(moved)) {
        errno = (int) -moved;
        return from.discard(max);
      }
      method = WriteMethod.WRITE;
    }
    long written = from.copy(writer, max);
    if (written >= 0 || Errno.isTemporary(written) || !from.holdsBytes()) {
      return written;
    }
    errno = (int) -written;
    return from.discard(max);
  }

  private final class Writer implements PipeReader.Writer {

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
      case WRITE_TERMINAL ->
          hasSpace()
              ? libc.write(fd, buffer, offset, pieceLength(buffer, offset, length))
              : -Errno.EAGAIN;
      default ->
          status.type() == FileStatus.S_IFIFO
              ? writePipe(buffer, offset, length)
              : libc.write(fd, buffer, offset, length);
    };
  }

  /** As much as a pipe with POLLOUT has space for, since it may wait for more. */
  private long writePipe(NativeBuffer buffer, int offset, int length) {
    return hasSpace()
        ? libc.write(watch.fd(), buffer, offset, Math.min(length, PIPE_BUF))
        : -Errno.EAGAIN;
  }

  /**
   * How many bytes a terminal takes in one piece: where it changes its output, a control character
   * is a piece of its own, and so is what comes before it (n_tty_write).
   */
  private int pieceLength(NativeBuffer buffer, int offset, int length) {
    if (!isPieceTaken()) {
      return 1;
    }
    int most = Math.min(length, TERMINAL_SPACE);
    if (libc.tcgetattr(watch.fd(), settings) == 0 && !settings.isOutputProcessed()) {
      return most;
    }
    int end = 0;
    while (end < most && !isControl(buffer.getByte(offset + end))) {
      end++;
    }
    return Math.max(end, 1);
  }

  /** Unix98 terminals, consoles and serial lines: devices.txt of the kernel. */
  private boolean isPieceTaken() {
    int major = status.deviceMajor();
    return major >= UNIX98_FIRST && major <= UNIX98_LAST || major == TTY_MAJOR;
  }

  private static boolean isControl(byte b) {
    return b >= 0 && b < ' ' || b == 0x7f;
  }

  private boolean hasSpace() {
    return now.events(libc, watch.fd(), PollSet.POLLOUT) != 0;
  }

  /** Why it did not take something that was dropped then; 0 if it took everything. */
  public int errno() {
    return errno;
  }
}
