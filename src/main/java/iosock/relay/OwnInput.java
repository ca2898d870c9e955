package iosock.relay;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;

/**
 * iosock's own standard input, moved into a pipe.
 *
 * <p>It may be anything, and others may share it, so O_NONBLOCK is never set on it, and no more is
 * taken than there is room for.
 */
final class OwnInput implements Feed {

  /** For {@code key}: none. */
  static final int NO_KEY = -1;

  private enum Way {
    /** Without a copy: pipes, where SPLICE_F_NONBLOCK does not wait; files, which never do. */
    SPLICE,
    /** What splice(2) does not read, and terminals, whose bytes matter. */
    READ,
    /** For sockets, which splice(2) and read(2) would wait for. */
    RECEIVE
  }

  private static final int STANDARD_INPUT = 0;

  /** PIPE_BUF: a pipe that has any room has room for as much. */
  private static final int READ_AT_ONCE = 4096;

  private static final byte NEWLINE = '\n';

  private final Libc libc;
  private final int fd;
  private final int pipe;
  private final int key;
  private final NativeBuffer buffer = new NativeBuffer(READ_AT_ONCE);
  private final PollSet ready = new PollSet(2);
  private Way way;
  private boolean blocked;
  private boolean ended;
  private boolean keyPressed;

  /** Nobody writes to it any more, but there is something left to read. */
  private boolean isLeft;

  private byte last = NEWLINE;

  /**
   * @param pipe non-blocking; stays open
   * @param asTerminal whether it stands for what is typed, and so has to be looked at
   * @param key a byte that ends the input when it comes, and is not moved; or NO_KEY
   */
  OwnInput(Libc libc, int pipe, boolean asTerminal, int key) {
    this.libc = libc;
    this.pipe = pipe;
    this.key = key;
    FileStatus status = new FileStatus();
    libc.statx(STANDARD_INPUT, NativeBuffer.string(""), Fcntl.AT_EMPTY_PATH, status);
    boolean isTerminal = libc.isatty(STANDARD_INPUT);
    way = asTerminal || isTerminal ? Way.READ : Way.SPLICE;
    if (status.type() == FileStatus.S_IFSOCK) {
      way = Way.RECEIVE;
    }
    fd = isClosed() ? open("/dev/null") : isTerminal ? openAnew() : STANDARD_INPUT;
    ended = fd < 0;
  }

  /** Then the VM's class library has taken its number, with close-on-exec by now. */
  private boolean isClosed() {
    return (libc.fcntl(STANDARD_INPUT, Fcntl.F_GETFD, 0) & Fcntl.FD_CLOEXEC) != 0;
  }

  /** So that a byte that somebody else takes before us is not waited for. */
  private int openAnew() {
    // Opened anew, a master would be that of another terminal.
    int anew = libc.isPtyMaster(STANDARD_INPUT) ? -1 : open("/proc/self/fd/0");
    return anew < 0 ? STANDARD_INPUT : anew;
  }

  private int open(String path) {
    return libc.open(
        NativeBuffer.string(Ascii.bytes(path)),
        Fcntl.O_RDONLY | Fcntl.O_NONBLOCK | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC);
  }

  @Override
  public void arm(PollSet poll) {
    if (ended) {
      return;
    }
    if (blocked) {
      poll.watch(Slot.OWN_INPUT_PIPE, pipe, PollSet.POLLOUT);
    } else {
      poll.watch(Slot.OWN_INPUT, fd, PollSet.POLLIN);
    }
  }

  @Override
  public void turn(PollSet poll) {
    if (blocked && poll.revents(Slot.OWN_INPUT_PIPE) != 0) {
      blocked = false;
      move(false);
    } else if (!blocked && poll.revents(Slot.OWN_INPUT) != 0) {
      move(true);
    }
  }

  /** While it is not to be read: asks for its hangup. */
  void armIdle(PollSet poll) {
    if (!ended && !isLeft) {
      poll.watch(Slot.OWN_INPUT, fd, PollSet.POLLRDHUP);
    }
  }

  /** After a poll, if {@link #armIdle} was called before it. */
  void turnIdle(PollSet poll) {
    if (poll.revents(Slot.OWN_INPUT) != 0) {
      isLeft = libc.fionread(fd) > 0;
      ended = !isLeft;
    }
  }

  /**
   * @param isReady whether there is known to be input: if nothing moves all the same, it is the
   *     pipe that is full
   */
  private void move(boolean isReady) {
    long moved = way == Way.SPLICE ? splice() : copy();
    if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = isReady;
    } else if (moved == -Errno.EINVAL && way == Way.SPLICE) {
      way = Way.READ;
    } else if (moved <= 0) {
      // The end, or EPIPE: nobody reads what would come, and so it is left to others.
      ended = true;
    }
  }

  private long splice() {
    return libc.splice(fd, pipe, Relay.MAX_AT_ONCE, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
  }

  private long copy() {
    ready.watch(0, pipe, PollSet.POLLOUT);
    ready.watch(1, fd, PollSet.POLLIN);
    libc.poll(ready, 0);
    if ((ready.revents(0) & PollSet.POLLERR) != 0) {
      return -Errno.EPIPE;
    }
    if (ready.revents(0) == 0 || ready.revents(1) == 0) {
      return -Errno.EAGAIN;
    }
    long read =
        way == Way.RECEIVE
            ? libc.recv(fd, buffer, READ_AT_ONCE, Sockets.MSG_DONTWAIT)
            : libc.read(fd, buffer, READ_AT_ONCE);
    if (read <= 0) {
      return read;
    }
    int length = beforeKey((int) read);
    if (length > 0) {
      last = buffer.getByte(length - 1);
      libc.write(pipe, buffer, 0, length);
    }
    return keyPressed ? 0 : read;
  }

  private int beforeKey(int length) {
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

  @Override
  public void turnAgain() {}

  @Override
  public boolean hasEnded() {
    return ended;
  }

  boolean isKeyPressed() {
    return keyPressed;
  }

  @Override
  public boolean isWithinLine() {
    return last != NEWLINE;
  }
}
