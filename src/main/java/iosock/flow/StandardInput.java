package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;

/**
 * The standard input that iosock was started with.
 *
 * <p>It may be any kind of file, and other processes may share it, so O_NONBLOCK is never set on
 * it, and no more is taken than there is space for.
 */
public final class StandardInput implements Source {

  /** For {@code key}: no byte ends the input. */
  public static final int NO_KEY = -1;

  private enum ReadMethod {
    /** Without a copy: pipes, where SPLICE_F_NONBLOCK does not wait; files, which never do. */
    SPLICE,
    /** For what splice(2) refuses, and for terminals, whose bytes are looked at. */
    READ,
    /** For sockets, which splice(2) and read(2) would wait for. */
    RECEIVE
  }

  private static final byte NEWLINE = '\n';

  private final Libc libc;
  private final Watch watch;
  private final InstantPoll now = new InstantPoll();
  private final int key;
  private final PipeWriter.Reader reader = new Reader();
  private ReadMethod method;

  /** Whether reading may wait, since another process may take the bytes that poll(2) saw. */
  private final boolean isShared;

  private boolean keyPressed;

  /** No process writes to it any more, but there is something left to read. */
  private boolean hungUpWithInput;

  private boolean hungUp;
  private byte last = NEWLINE;

  /**
   * @param inherited stays open
   * @param isTyped whether its bytes are to be looked at, since they go to a terminal
   * @param key a byte that ends the input when it comes, and is not moved; or NO_KEY
   */
  public StandardInput(Libc libc, int inherited, boolean isTyped, int key) {
    this.libc = libc;
    this.key = key;
    FileStatus status = new FileStatus();
    libc.statx(inherited, NativeBuffer.string(""), Fcntl.AT_EMPTY_PATH, status);
    boolean isTerminal = libc.isatty(inherited);
    method = isTyped || isTerminal ? ReadMethod.READ : ReadMethod.SPLICE;
    if (status.type() == FileStatus.S_IFSOCK) {
      method = ReadMethod.RECEIVE;
    }
    int fd = inherited;
    if (isClosed(inherited)) {
      fd = libc.open(NativeBuffer.string("/dev/null"), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    } else if (isTerminal) {
      // So that reading does not wait where another process takes a byte first.
      int opened = TerminalFile.open(libc, inherited, Fcntl.O_RDONLY);
      fd = opened < 0 ? inherited : opened;
    }
    watch = new Watch(fd);
    isShared = fd == inherited && method != ReadMethod.RECEIVE;
    hungUp = fd < 0;
  }

  /** Then the VM's class library has taken its number, with close-on-exec by now. */
  private boolean isClosed(int inherited) {
    return (libc.fcntl(inherited, Fcntl.F_GETFD, 0) & Fcntl.FD_CLOEXEC) != 0;
  }

  @Override
  public void arm(PollSet poll) {
    poll.watch(watch, PollSet.POLLIN);
  }

  @Override
  public boolean isReady() {
    return watch.revents() != 0;
  }

  /** While it is not to be read: asks for its hangup. */
  public void armHangup(PollSet poll) {
    if (!hungUp && !hungUpWithInput) {
      poll.watch(watch, PollSet.POLLRDHUP);
    }
  }

  /**
   * After a poll, if {@link #armHangup} was called before it.
   *
   * @return whether nothing is left to read
   */
  public boolean isAtEnd() {
    if (watch.revents() != 0) {
      hungUpWithInput = libc.fionread(watch.fd()) > 0;
      hungUp = !hungUpWithInput;
    }
    return hungUp;
  }

  /**
   * Ends where the key was pressed, too. On -EPIPE, as the pipe has no reader any more, the rest is
   * left to other processes.
   */
  @Override
  public long give(PipeWriter to, long max) {
    if (hungUp || keyPressed) {
      return 0;
    }
    if (method == ReadMethod.SPLICE) {
      long moved =
          libc.splice(watch.fd(), to.fd(), max, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
      if (!Errno.isRefusal(moved)) {
        return moved;
      }
      method = ReadMethod.READ;
    }
    return to.copy(reader, max);
  }

  private final class Reader implements PipeWriter.Reader {

    @Override
    public long read(NativeBuffer buffer, int max) {
      return StandardInput.this.read(buffer, max);
    }
  }

  private long read(NativeBuffer buffer, int max) {
    if (isShared && !isReadable()) {
      return -Errno.EAGAIN;
    }
    long read =
        method == ReadMethod.RECEIVE
            ? libc.recv(watch.fd(), buffer, max, Sockets.MSG_DONTWAIT)
            : libc.read(watch.fd(), buffer, max);
    if (read <= 0) {
      return read;
    }
    int length = lengthBeforeKey(buffer, (int) read);
    if (length > 0) {
      last = buffer.getByte(length - 1);
    }
    return length;
  }

  private boolean isReadable() {
    return now.events(libc, watch.fd(), PollSet.POLLIN) != 0;
  }

  private int lengthBeforeKey(NativeBuffer buffer, int length) {
    if (key == NO_KEY) {
      return length;
    }
    for (int i = 0; i < length; i++) {
      if ((buffer.getByte(i) & 0xff) == key) {
        keyPressed = true;
        return i;
      }
    }
    return length;
  }

  public boolean isKeyPressed() {
    return keyPressed;
  }

  @Override
  public boolean isMidLine() {
    return last != NEWLINE;
  }
}
