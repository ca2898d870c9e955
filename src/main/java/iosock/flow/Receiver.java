package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;

/**
 * One receiver of a {@link Fanout}: a sink, and while there are other receivers a pipe of its own
 * from which the sink takes.
 *
 * <p>tee(2) cannot skip bytes, so {@code ahead} counts the bytes at the head of the source that the
 * pipe has got already, or that this receiver is not to get. Nothing more is copied into the pipe
 * before those have left the source.
 */
final class Receiver implements Sink {

  private static final int NO_PIPE = -1;

  private final Libc libc;
  private final PipeReader pipe;
  private final Pump pump;
  private Sink sink;
  private Overflow overflow = Overflow.WAIT;
  private int writeEnd = NO_PIPE;
  private long ahead;
  private long pending;
  private boolean full;
  private boolean filled;
  private boolean finishing;

  Receiver(Libc libc, Sink sink, Shortage shortage) {
    this.libc = libc;
    this.sink = sink;
    pipe = new PipeReader(libc, NO_PIPE);
    pump = Pump.drain(pipe, this, shortage);
  }

  Sink sink() {
    return sink;
  }

  /**
   * Another sink takes the place of this one.
   *
   * @param skipped how many bytes at the head of the source it is not to get
   */
  void begin(Sink other, Overflow onOverflow, long skipped) {
    while (pending > 0) {
      long dropped = pipe.discard(pending);
      if (dropped <= 0) {
        break;
      }
      pending -= dropped;
    }
    sink = other;
    overflow = onOverflow;
    ahead = skipped;
    pending = 0;
    full = false;
    filled = false;
    finishing = false;
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

  boolean hasPipe() {
    return writeEnd != NO_PIPE;
  }

  /**
   * @param ends receives what pipe2(2) writes
   * @return whether there is a pipe now: not if there are no descriptors left
   */
  boolean openPipe(NativeBuffer ends, int flags) {
    if (!hasPipe()) {
      if (libc.pipe2(ends, flags) < 0) {
        return false;
      }
      Pipe opened = Pipe.ofEnds(ends).large(libc);
      pipe.fd(opened.readEnd());
      writeEnd = opened.writeEnd();
      pump.sinkChanged();
    }
    return true;
  }

  /** What is in the pipe is dropped. */
  void closePipe() {
    if (hasPipe()) {
      libc.close(pipe.fd());
      libc.close(writeEnd);
      pipe.fd(NO_PIPE);
      writeEnd = NO_PIPE;
    }
    ahead = 0;
    pending = 0;
    full = false;
    filled = false;
  }

  /** The sink gets what its pipe holds, and nothing more. */
  void finish() {
    finishing = true;
  }

  boolean isFinishing() {
    return finishing;
  }

  /** Whether the source keeps its bytes until this receiver has them. */
  boolean isWaitedFor() {
    return overflow == Overflow.WAIT && !finishing;
  }

  /** Whether its output is to be closed, as it takes too little. */
  boolean hasFallenBehind() {
    return overflow == Overflow.CLOSE && full && ahead == 0;
  }

  /** Whether something of the source is to be copied into the pipe. */
  boolean wantsMore() {
    return ahead == 0 && !full && !finishing;
  }

  /**
   * Copies what the source holds into the pipe.
   *
   * @param source known to hold bytes, or to be at its end
   * @return as {@link PipeReader#tee}
   */
  long tee(PipeReader source, long max) {
    long copied = source.tee(writeEnd, max);
    if (copied > 0) {
      ahead = copied;
      pending += copied;
      filled = true;
    } else if (Errno.isNotNow(copied)) {
      // Not if the source is empty, as it was consumed since the poll.
      full = pending > 0;
    }
    return copied;
  }

  /** How many bytes of its pipe the sink has not taken. */
  long pending() {
    return pending;
  }

  long ahead() {
    return ahead;
  }

  /** How many bytes at the head of the source the sink has taken; negative if it is behind. */
  long taken() {
    return ahead - pending;
  }

  void consumed(long bytes) {
    ahead -= bytes;
  }

  /** Asks for space in the sink, if the pipe holds something. */
  void armPipe(PollSet poll) {
    if (pending > 0) {
      pump.arm(poll);
    }
  }

  /**
   * After a poll: has the sink take from the pipe.
   *
   * @return how many bytes it took
   */
  long turn() {
    long moved = pending > 0 ? pump.turn(filled) : 0;
    filled = false;
    pending -= moved;
    full &= moved == 0;
    return moved;
  }
}
