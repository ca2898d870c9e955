package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;

/**
 * One receiver of a {@link Fanout}: a sink, and while there are other receivers a pipe of its own
 * from which the sink takes.
 *
 * <p>tee(2) cannot skip bytes, so {@code ahead} counts the bytes at the head of the source that the
 * own pipe has got already. Nothing more is copied there before those have left the source.
 */
final class Receiver implements Sink {

  private static final int NO_PIPE = -1;

  private final Libc libc;
  private final PipeReader own;
  private final InstantPoll now = new InstantPoll();
  private final Pump pump;
  private Sink sink;
  private int ownWriteEnd = NO_PIPE;
  private boolean ownFull;
  private boolean ownFilled;
  private long ahead;

  Receiver(Libc libc, Sink sink, Shortage shortage) {
    this.libc = libc;
    this.sink = sink;
    own = new PipeReader(libc, NO_PIPE);
    pump = Pump.drain(own, this, shortage);
  }

  Sink sink() {
    return sink;
  }

  /** Another sink takes over what this one has not taken. */
  void sink(Sink other) {
    sink = other;
    pump.sinkChanged();
  }

  @Override
  public void arm(PollSet poll) {
    sink.arm(poll);
  }

  @Override
  public boolean isReady() {
    return sink.isReady();
  }

  /** An error of the sink is not one of the flow, which goes on with the next sink. */
  @Override
  public long take(PipeReader from, long max) {
    long taken = sink.take(from, max);
    return taken < 0 && !Errno.isShortage(taken) ? -Errno.EAGAIN : taken;
  }

  boolean hasOwnPipe() {
    return ownWriteEnd != NO_PIPE;
  }

  /**
   * @param ends receives what pipe2(2) writes
   * @return whether there is a pipe now: not if there are no descriptors left
   */
  boolean openOwnPipe(NativeBuffer ends, int flags) {
    if (!hasOwnPipe()) {
      if (libc.pipe2(ends, flags) < 0) {
        return false;
      }
      Pipe pipe = Pipe.ofEnds(ends).large(libc);
      own.fd(pipe.readEnd());
      ownWriteEnd = pipe.writeEnd();
      pump.sinkChanged();
    }
    return true;
  }

  /** What is in the pipe is dropped. */
  void closeOwnPipe() {
    if (hasOwnPipe()) {
      libc.close(own.fd());
      libc.close(ownWriteEnd);
      own.fd(NO_PIPE);
      ownWriteEnd = NO_PIPE;
    }
    ahead = 0;
    ownFull = false;
    ownFilled = false;
  }

  /** How many bytes of its own pipe the sink has not taken. */
  long ownPending() {
    return hasOwnPipe() ? own.pending() : 0;
  }

  /**
   * Drops bytes of the own pipe.
   *
   * @return how many; fewer than asked for if it holds no more
   */
  long discardOwn(long bytes) {
    long left = bytes;
    while (left > 0 && hasOwnPipe()) {
      long dropped = own.discard(left);
      if (dropped <= 0) {
        break;
      }
      left -= dropped;
    }
    return Math.max(bytes, 0) - Math.max(left, 0);
  }

  boolean isOwnPipeEmpty() {
    return own.pending() == 0;
  }

  /** Whether something of the source is to be copied to the own pipe. */
  boolean wantsMore() {
    return ahead == 0 && !ownFull;
  }

  /**
   * Copies references to what the source holds into the own pipe.
   *
   * @param source known to hold bytes, or to be at its end
   * @return as tee(2), or the negative errno
   */
  long tee(PipeReader source, long max) {
    long copied = source.tee(ownWriteEnd, max);
    if (copied > 0) {
      ahead = copied;
      ownFilled = true;
    } else if (Errno.isNotNow(copied)) {
      // Not if the source is empty, as it was consumed since the poll.
      ownFull = !isOwnPipeEmpty();
    }
    return copied;
  }

  /** Whether a copy of {@link PipeWriter#MAX_COPY} bytes fits into the own pipe. */
  boolean hasSpace() {
    ownFull = now.events(libc, ownWriteEnd, PollSet.POLLOUT) == 0;
    return !ownFull;
  }

  /** Copies bytes into the own pipe, which {@link #hasSpace}. */
  void write(NativeBuffer buffer, int offset, int length) {
    libc.write(ownWriteEnd, buffer, offset, length);
    ownFilled = true;
  }

  long ahead() {
    return ahead;
  }

  void consumed(long bytes) {
    ahead -= bytes;
  }

  /** Asks for what is in the own pipe, or for space in the sink. */
  void armOwn(PollSet poll) {
    pump.arm(poll);
  }

  /**
   * After a poll: has the sink take from the own pipe.
   *
   * @return how many bytes it took
   */
  long turnOwn() {
    long moved = pump.turn(ownFilled);
    ownFilled = false;
    ownFull &= moved == 0;
    return moved;
  }
}
