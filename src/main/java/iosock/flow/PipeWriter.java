package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Watch;

/** The write end of a pipe, as the end of a flow. */
public final class PipeWriter implements End {

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
  private final InstantPoll now = new InstantPoll();
  private final NativeBuffer buffer = new NativeBuffer(MAX_COPY);

  /** The bytes of the buffer from {@code start} to {@code end} are still to be written. */
  private int start;

  private int end;
  private boolean copies;

  /**
   * @param fd non-blocking; stays the caller's to close
   */
  public PipeWriter(Libc libc, int fd) {
    this.libc = libc;
    watch = new Watch(fd);
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

  @Override
  public boolean holdsBytes() {
    return start < end;
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
    if (holdsBytes()) {
      return write();
    }
    if (!copies) {
      long moved = libc.splice(from, fd(), max, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
      if (!Errno.isRefusal(moved)) {
        return moved;
      }
      copies = true;
    }
    long space = checkSpace();
    if (space < 0) {
      return space;
    }
    return written(libc.read(from, buffer, (int) Math.min(max, MAX_COPY)));
  }

  /** Reads at most {@code max} bytes and writes them into the pipe; otherwise as {@link #fill}. */
  public long copy(Reader from, long max) {
    if (holdsBytes()) {
      return write();
    }
    long space = checkSpace();
    if (space < 0) {
      return space;
    }
    return written(from.read(buffer, (int) Math.min(max, MAX_COPY)));
  }

  /** The bytes are here by now, so the pipe is looked at before anything is read. */
  private long checkSpace() {
    int events = now.events(libc, fd(), PollSet.POLLOUT);
    if ((events & PollSet.POLLERR) != 0) {
      return -Errno.EPIPE;
    }
    return events == 0 ? -Errno.EAGAIN : 0;
  }

  /**
   * @param read the result of a read into the buffer
   * @return the same, once what was read has been written as far as possible
   */
  private long written(long read) {
    if (read > 0) {
      start = 0;
      end = (int) read;
      long result = write();
      if (result < 0 && !Errno.isTemporary(result)) {
        return result;
      }
    }
    return read;
  }

  /**
   * Writes what is pending; an error that stays drops it.
   *
   * @return how many bytes were written, or the negative errno
   */
  private long write() {
    long written = libc.write(fd(), buffer, start, end - start);
    if (written > 0) {
      start += (int) written;
    } else if (!Errno.isTemporary(written)) {
      start = end;
    }
    return written;
  }
}
