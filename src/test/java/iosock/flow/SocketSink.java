package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;

/** A receiver whose socket the test reads; what comes out of it is compared with a sequence. */
final class SocketSink implements Sink {

  static final int TYPE = Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;

  private final Libc libc;
  private final Sequence sequence;
  private final Watch watch;
  private final int peer;
  private final PipeReader.Writer writer;
  private boolean copies;
  private boolean open = true;

  /** The position of the first byte that this takes. */
  private long start;

  private long taken;
  private long read;

  SocketSink(Libc libc, Sequence sequence, NativeBuffer ends, long start) {
    this.libc = libc;
    this.sequence = sequence;
    this.start = start;
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, TYPE, ends));
    watch = new Watch(ends.getInt(0));
    peer = ends.getInt(Integer.BYTES);
    writer = (buffer, offset, length) -> libc.write(watch.fd(), buffer, offset, length);
  }

  /** From now on bytes are copied into the socket, as where splice(2) is refused. */
  SocketSink copying() {
    copies = true;
    return this;
  }

  @Override
  public long take(PipeReader from, long max) {
    long moved = copies ? from.copy(writer, max) : from.drain(watch.fd(), max);
    taken += Math.max(moved, 0);
    return moved;
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
  public boolean isOpen() {
    return open;
  }

  /** Takes nothing more. */
  void leave() {
    open = false;
  }

  /** The position of the byte that is taken next. */
  long position() {
    return start + taken;
  }

  /** How many bytes have been taken. */
  long taken() {
    return taken;
  }

  /** The next byte that is taken is another one. */
  void resumeAt(long position) {
    readAll();
    start = position;
    taken = 0;
    read = 0;
  }

  /**
   * Reads and compares at most {@code max} bytes.
   *
   * @return how many
   */
  long read(int max) {
    long got = sequence.read(peer, start + read, max);
    if (got == -Errno.EAGAIN) {
      return 0;
    }
    read += got;
    return got;
  }

  /**
   * Reads all that was taken.
   *
   * @return how many bytes
   */
  long readAll() {
    long before = read;
    while (read < taken) {
      read((int) (taken - read));
    }
    return read - before;
  }

  /** Closes both ends. */
  void close() {
    libc.close(peer);
    libc.close(watch.fd());
  }
}
