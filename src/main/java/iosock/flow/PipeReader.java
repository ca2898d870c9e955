package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Watch;

/**
 * The read end of a pipe, as the end of a flow, together with what was copied out of the pipe and
 * has not been delivered yet. Those bytes come first, whichever sink takes them.
 */
public final class PipeReader implements End {

  /** How bytes are written where splice(2) cannot be used. */
  public interface Writer {

    /**
     * Writes from {@code buffer}, never waiting.
     *
     * @return how many bytes; or a negative errno
     */
    long write(NativeBuffer buffer, int offset, int length);
  }

  private static final int BUFFER_SIZE = 1 << 16;

  private final Libc libc;
  private final Watch watch;

  /** Allocated by the first copy; the bytes from {@code start} to {@code end} are pending. */
  private NativeBuffer buffer;

  private int start;
  private int end;

  private boolean spliceRefused;
  private boolean teeRefused;

  private final Target target = new Target();

  /**
   * @param fd non-blocking; stays the caller's to close
   */
  public PipeReader(Libc libc, int fd) {
    this.libc = libc;
    watch = new Watch(fd);
  }

  public int fd() {
    return watch.fd();
  }

  /** Makes this the end of another pipe; nothing is pending then. */
  void fd(int other) {
    watch.fd(other);
    start = 0;
    end = 0;
  }

  @Override
  public void arm(PollSet poll) {
    poll.watch(watch, PollSet.POLLIN);
  }

  @Override
  public boolean isReady() {
    return watch.revents() != 0;
  }

  /** Whether the last poll(2) found that no process writes any more. */
  boolean isHungUp() {
    return (watch.revents() & PollSet.POLLHUP) != 0;
  }

  @Override
  public boolean holdsBytes() {
    return start < end;
  }

  /** How many bytes wait here. */
  public long pending() {
    return end - start + Math.max(libc.fionread(fd()), 0);
  }

  /**
   * Moves at most {@code max} bytes to another descriptor, without a copy where the kernel can.
   *
   * @param to non-blocking
   * @return how many; 0 at end of file; -EAGAIN if the pipe is empty or {@code to} is full; or
   *     another negative errno, of {@code to}
   */
  public long drain(int to, long max) {
    if (!spliceRefused && !holdsBytes()) {
      long moved = splice(to, max);
      if (!Errno.isRefusal(moved)) {
        return moved;
      }
      spliceRefused = true;
    }
    target.fd = to;
    return copy(target, max);
  }

  private final class Target implements Writer {

    private int fd;

    @Override
    public long write(NativeBuffer bytes, int offset, int length) {
      return libc.write(fd, bytes, offset, length);
    }
  }

  /**
   * Moves at most {@code max} bytes out of the pipe to another descriptor, without a copy; not
   * while {@link #holdsBytes}.
   *
   * @return as splice(2), or the negative errno
   */
  public long splice(int to, long max) {
    return libc.splice(fd(), to, max, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
  }

  /**
   * Copies at most {@code max} bytes from the head of the pipe into another pipe, and leaves them
   * here: references, by tee(2); where that is refused, the bytes.
   *
   * @param pipe non-blocking
   * @return how many; 0 at end of file; -EAGAIN if this is empty or {@code pipe} is full; or
   *     another negative errno
   */
  public long tee(int pipe, long max) {
    if (!teeRefused && !holdsBytes()) {
      long copied = libc.tee(fd(), pipe, max, Fcntl.SPLICE_F_NONBLOCK);
      if (!Errno.isRefusal(copied)) {
        return copied;
      }
      teeRefused = true;
    }
    long read = read(max);
    return read <= 0 ? read : libc.write(pipe, buffer, start, (int) Math.min(end - start, max));
  }

  /**
   * Reads at most {@code length} bytes out of the pipe.
   *
   * @return how many; 0 at end of file; or a negative errno
   */
  long read(NativeBuffer to, int offset, int length) {
    if (!holdsBytes()) {
      return libc.read(fd(), to, offset, length);
    }
    int held = Math.min(end - start, length);
    to.put(offset, buffer, start, held);
    start += held;
    return held;
  }

  /**
   * Drops at most {@code max} bytes, without reading them where the kernel can.
   *
   * @param devNull a descriptor of /dev/null; negative if there is none
   * @return how many; 0 at end of file; or a negative errno
   */
  long drop(int devNull, long max) {
    long dropped = holdsBytes() ? 0 : splice(devNull, max);
    return dropped > 0 ? dropped : discard(max);
  }

  /**
   * Reads at most {@code max} bytes out of the pipe and writes them. What is not written stays
   * pending here.
   *
   * @return how many were written; 0 at end of file; or a negative errno
   */
  public long copy(Writer to, long max) {
    long read = read(max);
    if (read <= 0) {
      return read;
    }
    long written = to.write(buffer, start, (int) Math.min(end - start, max));
    if (written > 0) {
      start += (int) written;
    }
    return written;
  }

  /**
   * Drops at most {@code max} bytes.
   *
   * @return how many; 0 at end of file; or a negative errno
   */
  public long discard(long max) {
    long read = read(max);
    if (read <= 0) {
      return read;
    }
    int dropped = (int) Math.min(end - start, max);
    start += dropped;
    return dropped;
  }

  private long read(long max) {
    if (holdsBytes()) {
      return end - start;
    }
    if (buffer == null) {
      buffer = new NativeBuffer(BUFFER_SIZE);
    }
    long read = libc.read(fd(), buffer, (int) Math.min(max, BUFFER_SIZE));
    if (read > 0) {
      start = 0;
      end = (int) read;
    }
    return read == -Errno.EINTR ? -Errno.EAGAIN : read;
  }
}
