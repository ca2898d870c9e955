package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.PollSet;

/**
 * Moves bytes from a source to a sink, and knows which of the two has to get ready before more can
 * be moved. Every flow of bytes in iosock is driven by one of these.
 *
 * <p>splice(2) says EAGAIN both where the source is empty and where the sink is full. Which of the
 * two it is follows from what poll(2) has just said: the end that was ready is not the one.
 */
public final class Pump {

  /** Bytes in one splice(2): what a large pipe holds. */
  public static final int MAX_AT_ONCE = Pipe.LARGE;

  private static final long NO_LIMIT = Long.MAX_VALUE;

  /** One attempt to move at most {@code max} bytes: results as in {@link Source}, {@link Sink}. */
  private interface Transfer {
    long move(long max);
  }

  private record Fill(Source from, PipeWriter to) implements Transfer {

    @Override
    public long move(long max) {
      return from.give(to, max);
    }
  }

  private record Drain(PipeReader from, Sink to) implements Transfer {

    @Override
    public long move(long max) {
      return to.take(from, max);
    }
  }

  private final End source;
  private final End sink;
  private final Transfer transfer;
  private final Shortage shortage;
  private long remaining = NO_LIMIT;
  private boolean sinkFull;
  private long moved;
  private boolean ended;
  private int pausedIn;
  private int errno;

  private Pump(End source, End sink, Transfer transfer, Shortage shortage) {
    this.source = source;
    this.sink = sink;
    this.transfer = transfer;
    this.shortage = shortage;
  }

  /** Moves bytes into a pipe. */
  public static Pump fill(Source from, PipeWriter to, Shortage shortage) {
    return new Pump(from, to, new Fill(from, to), shortage);
  }

  /** Moves bytes out of a pipe. */
  public static Pump drain(PipeReader from, Sink to, Shortage shortage) {
    return new Pump(from, to, new Drain(from, to), shortage);
  }

  /** Asks for what this waits for: bytes, or space for them. */
  public void arm(PollSet poll) {
    if (ended || isPaused()) {
      return;
    }
    if (sinkFull) {
      sink.arm(poll);
    } else {
      source.arm(poll);
    }
  }

  /**
   * After a poll: moves bytes once, if the end that this waited for is ready.
   *
   * @param isSourceFilled whether bytes were put into the source since the poll: they are moved in
   *     the same turn
   * @return how many were moved
   */
  public long turn(boolean isSourceFilled) {
    boolean isReady = sinkFull ? sink.isReady() : isSourceFilled || source.isReady();
    return isReady ? move(!sinkFull) : 0;
  }

  /**
   * Moves bytes once.
   *
   * @param isSourceReady whether the source is known to have bytes, or to be at its end: if nothing
   *     moves all the same, the sink is full
   * @return how many were moved
   */
  public long move(boolean isSourceReady) {
    if (ended || isPaused()) {
      return 0;
    }
    long result = transfer.move(Math.min(remaining, MAX_AT_ONCE));
    if (result > 0) {
      sinkFull = holdBytes();
      moved += result;
      remaining = remaining == NO_LIMIT ? NO_LIMIT : remaining - result;
      ended = remaining == 0;
    } else if (Errno.isNotNow(result)) {
      sinkFull = isSourceReady || holdBytes();
    } else if (Errno.isShortage(result)) {
      pausedIn = shortage.note();
      sinkFull |= holdBytes();
    } else if (result == Source.EMPTY) {
      sinkFull = false;
    } else {
      ended = true;
      errno = (int) -result;
    }
    return Math.max(result, 0);
  }

  /**
   * Whether bytes have been read from the source's descriptor and not been written to the sink's.
   */
  private boolean holdBytes() {
    return source.holdsBytes() || sink.holdsBytes();
  }

  /** Whether the last attempt failed for want of memory, and it is too early for another. */
  private boolean isPaused() {
    return shortage.isCurrent(pausedIn);
  }

  /** The sink is another one by now: it is not known to be full. */
  public void sinkChanged() {
    sinkFull = holdBytes();
  }

  /** Whether this waits for space in the sink, and not for bytes from the source. */
  public boolean isSinkFull() {
    return sinkFull;
  }

  /** How many bytes were moved since the beginning. */
  public long moved() {
    return moved;
  }

  /** Whether there is no reason not to try again at once. */
  public boolean mayMove() {
    return !ended && !sinkFull && !isPaused();
  }

  /** From now on at most {@code bytes} are moved, and then this has ended. */
  public void limit(long bytes) {
    remaining = Math.min(remaining, bytes);
    ended |= remaining == 0;
  }

  /** Nothing is moved any more. */
  public void end() {
    ended = true;
  }

  /** Whether nothing is moved any more: end of file, the limit, or an error. */
  public boolean hasEnded() {
    return ended;
  }

  /** The error that ended this; 0 if there was none. */
  public int errno() {
    return errno;
  }
}
