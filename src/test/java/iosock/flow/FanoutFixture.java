package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import java.io.File;
import java.util.ArrayList;
import java.util.List;

/**
 * A fanout of a pipe into which the test writes, with sockets that the test reads as receivers. The
 * test takes each turn of the loop itself. Which bytes a receiver has to get follows from positions
 * in the stream: it begins where its predecessor has stopped, or at the head of the pipe.
 */
final class FanoutFixture implements AutoCloseable {

  private static final int POLL_CAPACITY = 16;
  private static final int BUFFER_SIZE = 1 << 16;

  /** Far more turns than it takes to move what fits into the pipes and sockets. */
  private static final int MAX_TURNS = 100_000;

  private final Libc libc;
  private final NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
  private final Sequence sequence;
  private final PollSet poll = new PollSet(POLL_CAPACITY);
  private final List<SocketSink> receivers = new ArrayList<>();
  private final int writeEnd;
  private final int readEnd;
  private final Fanout fanout;
  private final SocketSink fallback;
  private boolean atEnd;
  private boolean isReady;
  private long written;
  private long furthest;

  private FanoutFixture(Libc libc, Pipe source, int capacity) {
    this.libc = libc;
    sequence = new Sequence(libc, new NativeBuffer(BUFFER_SIZE));
    readEnd = source.readEnd();
    writeEnd = source.writeEnd();
    fallback = newSink();
    fanout =
        new Fanout(
            libc,
            new PipeReader(libc, readEnd),
            new Fanout.Console(fallback, false),
            capacity,
            new History(0, 0),
            new Shortage());
  }

  /**
   * @param size of the source's pipe, in bytes
   * @param capacity how many receivers there can be at once
   */
  static FanoutFixture ofPipe(int size, int capacity) {
    Libc libc = new Libc();
    Pipe source = Pipe.open(libc).nonBlocking(libc);
    assertEquals(size, libc.fcntl(source.writeEnd(), Fcntl.F_SETPIPE_SZ, size));
    return new FanoutFixture(libc, source, capacity);
  }

  /** Of a source from which bytes can only be copied: tee(2) and splice(2) refuse a socket. */
  static FanoutFixture ofSocket(int capacity) {
    Libc libc = new Libc();
    NativeBuffer ends = new NativeBuffer(Pipe.SIZEOF_ENDS);
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, SocketSink.TYPE, ends));
    return new FanoutFixture(libc, Pipe.ofEnds(ends), capacity);
  }

  Fanout fanout() {
    return fanout;
  }

  SocketSink fallback() {
    return fallback;
  }

  /** Those that are attached, in the order of their arrival. */
  List<SocketSink> receivers() {
    return receivers;
  }

  /** How many bytes have been written to the source. */
  long written() {
    return written;
  }

  /**
   * Writes as much as there is space for.
   *
   * @return how many bytes
   */
  long write(int length) {
    long now = sequence.write(writeEnd, written, length);
    if (now == -Errno.EAGAIN) {
      return 0;
    }
    assertTrue(now > 0, "write: " + now);
    written += now;
    return now;
  }

  /** The source is at its end of file, once it has been read. */
  void closeSource() {
    atEnd = true;
    libc.close(writeEnd);
  }

  SocketSink newSink() {
    return new SocketSink(libc, sequence, ends, 0);
  }

  SocketSink add() {
    return add(newSink());
  }

  SocketSink add(SocketSink added) {
    update();
    added.resumeAt(
        receivers.isEmpty() ? fallback.position() : written - fanout.pending() + fanout.taken());
    assertTrue(fanout.add(added, Overflow.WAIT));
    receivers.add(added);
    return added;
  }

  /**
   * Takes out the receivers that have left; the fallback goes on where the one stopped that had got
   * furthest.
   */
  void update() {
    List<SocketSink> left = receivers.stream().filter(each -> !each.isOpen()).toList();
    if (!left.isEmpty() && left.size() == receivers.size()) {
      fallback.resumeAt(Math.max(furthest, furthestOf(left)));
    }
    furthest = Math.max(furthest, furthestOf(left));
    receivers.removeAll(left);
    fanout.update();
    left.forEach(SocketSink::readAll);
    left.forEach(SocketSink::close);
  }

  private static long furthestOf(List<SocketSink> sinks) {
    return sinks.stream().mapToLong(SocketSink::position).max().orElse(0);
  }

  /**
   * One turn of the loop, which does not wait.
   *
   * @return whether poll(2) found something
   */
  boolean turn() {
    boolean isReady = poll();
    dispatch();
    return isReady;
  }

  /**
   * The first half of a turn.
   *
   * @return whether poll(2) found something
   */
  boolean poll() {
    poll.clear();
    fanout.arm(poll);
    isReady = poll.poll(libc, 0) > 0;
    return isReady;
  }

  /** The other half: receivers that have left are taken out first, as the relay does. */
  void dispatch() {
    if (isReady) {
      update();
      fanout.turn(false);
      update();
    }
  }

  /** Turns until there is nothing to do but to wait; fails if the loop would spin. */
  void turnUntilIdle() {
    if (receivers.stream().anyMatch(each -> !each.isOpen())) {
      update();
    }
    for (int turns = 0; turn(); turns++) {
      assertTrue(turns < MAX_TURNS, "the loop spins");
    }
  }

  /** Until all that was written has been delivered and read. */
  void deliverAll() {
    long got;
    do {
      turnUntilIdle();
      got = fallback.readAll();
      for (SocketSink each : receivers) {
        got += each.readAll();
      }
    } while (got > 0);
  }

  /** Delivers all, and asserts that each receiver has all that was written, to the byte. */
  void assertAllDelivered() {
    deliverAll();
    assertDeliveredUpTo(written);
  }

  void assertDeliveredUpTo(long position) {
    for (SocketSink each : receivers) {
      assertEquals(position, each.position());
    }
    if (receivers.isEmpty()) {
      assertEquals(position, fallback.position());
    }
  }

  /** Fails if the loop has anything to do. */
  void assertIdle() {
    assertFalse(turn());
  }

  static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  @Override
  public void close() {
    fanout.discard();
    receivers.forEach(SocketSink::close);
    fallback.close();
    if (!atEnd) {
      libc.close(writeEnd);
    }
    libc.close(readEnd);
  }
}
