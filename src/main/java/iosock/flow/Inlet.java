package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Watch;

/** The write end of a pipe, as the end of a flow. */
public final class Inlet implements End {

  /** How bytes are read where splice(2) cannot be used. */
  public interface Reader {

    /**
     * Reads at most {@code max} bytes into {@code buffer}, never waiting.
     *
     * @return how many; 0 at end of file; or a negative errno
     */
    long read(NativeBuffer buffer, int max);
  }

  /** PIPE_BUF (linux/limits.h): a pipe with POLLOUT has space for as much. */
  static final int MAX_COPY = 4096;

  private final Libc libc;
  private final Watch watch;
  private final Watch space;
  private final PollSet check;
  private final NativeBuffer buffer = new NativeBuffer(MAX_COPY);
  private boolean copies;

  /**
   * @param fd non-blocking; stays the caller's to close
   */
  public Inlet(Libc libc, int fd) {
    this.libc = libc;
    watch = new Watch(fd);
    space = new Watch(fd);
    check = PollSet.of(space, PollSet.POLLOUT);
  }

  public int fd() {
    return watch.fd();
  }

  @Override
  public void arm(PollSet poll) {
    poll.watch(watch, PollSet.POLLOUT);
  }

  @Override
  public boolean isReady() {
    return watch.revents() != 0;
  }

  /**
   * Moves at most {@code max} bytes from a descriptor into the pipe, without a copy where the
   * kernel can.
   *
   * @param from non-blocking
   * @return how many; 0 at end of file; -EAGAIN if there is nothing to read or the pipe is full;
   *     -EPIPE if the pipe has no reader any more; or another negative errno
   */
  public long fill(int from, long max) {
    if (!copies) {
      long moved = libc.splice(from, fd(), max, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
      if (!Refusal.is(moved)) {
        return moved;
      }
      copies = true;
    }
    long space = checkSpace();
    if (space < 0) {
      return space;
    }
    long read = libc.read(from, buffer, (int) Math.min(max, MAX_COPY));
    return read <= 0 ? read : write((int) read);
  }

  /** Reads at most {@code max} bytes and writes them into the pipe; otherwise as {@link #fill}. */
  public long copy(Reader from, long max) {
    long space = checkSpace();
    if (space < 0) {
      return space;
    }
    long read = from.read(buffer, (int) Math.min(max, MAX_COPY));
    return read <= 0 ? read : write((int) read);
  }

  /** The bytes are here by now, so the pipe is looked at before anything is read. */
  private long checkSpace() {
    check.poll(libc, 0);
    if ((space.revents() & PollSet.POLLERR) != 0) {
      return -Errno.EPIPE;
    }
    return space.revents() == 0 ? -Errno.EAGAIN : 0;
  }

  private long write(int length) {
    return libc.write(fd(), buffer, 0, length);
  }
}
