package iosock.flow;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;

/**
 * One stream of output, from a pipe to every receiver, whole and in order.
 *
 * <p>A single receiver takes from the pipe itself. Several have a pipe each, to which tee(2) copies
 * references; the source is consumed as far as all of them have it. A receiver that takes nothing
 * holds back the writer of the source, and no other receiver's pending bytes.
 *
 * <p>What the last receiver has not taken when it leaves belongs to the next: bytes are lost only
 * where another receiver has had them.
 */
public final class Fanout {

  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final int PIPE_FLAGS = Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK;

  private final Libc libc;
  private final PipeReader source;
  private final Sink fallback;
  private final Receiver[] receivers;
  private final NativeBuffer ends = new NativeBuffer(Pipe.SIZEOF_ENDS);
  private final Shortage shortage;
  private final int devNull;
  private final Pump direct;
  private final PipeReader.Writer copyToAll = new CopyToAll();
  private int count = 1;

  /** How many bytes of the source are still to be delivered. */
  private long remaining = NO_LIMIT;

  /** How many bytes have left the source. */
  private long consumed;

  /** How many bytes, from the first on, a receiver has had that was removed. */
  private long furthest;

  /** At most so many bytes of the source are moved in this turn. */
  private long atOnce = NO_LIMIT;

  private boolean copies;
  private int pausedIn;

  /**
   * @param fallback takes the output while there is no other receiver
   * @param capacity how many receivers there can be at once
   * @throws iosock.posix.Failure if /dev/null cannot be opened
   */
  public Fanout(Libc libc, PipeReader source, Sink fallback, int capacity, Shortage shortage) {
    this.libc = libc;
    this.shortage = shortage;
    this.source = source;
    this.fallback = fallback;
    receivers = new Receiver[capacity];
    receivers[0] = new Receiver(libc, fallback, shortage);
    devNull = capacity > 1 ? openDevNull() : -1;
    direct = Pump.drain(source, new First(), shortage);
  }

  private int openDevNull() {
    return Failure.check(
        libc.open(NativeBuffer.string("/dev/null"), Fcntl.O_WRONLY | Fcntl.O_CLOEXEC),
        "open",
        "/dev/null");
  }

  /**
   * Adds a receiver: it gets what no receiver has taken yet, and all that follows.
   *
   * @return whether it was added: not if there are no descriptors left
   */
  public boolean add(Sink sink) {
    if (receivers[0].sink() == fallback) {
      receivers[0].sink(sink);
      direct.sinkChanged();
      atOnce = NO_LIMIT;
      return true;
    }
    if (receivers[count] == null) {
      receivers[count] = new Receiver(libc, fallback, shortage);
    }
    Receiver added = receivers[count];
    boolean opened = added.openOwnPipe(ends, PIPE_FLAGS);
    for (int i = 0; i < count; i++) {
      opened = opened && receivers[i].openOwnPipe(ends, PIPE_FLAGS);
    }
    if (!opened) {
      added.closeOwnPipe();
      return false;
    }
    added.sink(sink);
    count++;
    return true;
  }

  /**
   * Between two turns: takes out the receivers that take nothing any more, and moves what poll(2)
   * would not tell of.
   */
  public void update() {
    for (int i = count - 1; i >= 0; i--) {
      if (!receivers[i].sink().isOpen()) {
        remove(i);
      }
    }
    if (!isDirect()) {
      consume();
      while (count > 1 && source.holdsBytes() && shareCopies()) {
        for (int i = 0; i < count; i++) {
          receivers[i].turnOwn();
        }
      }
      becomeDirect();
    }
  }

  private void remove(int index) {
    Receiver removed = receivers[index];
    long position = consumed + removed.ahead() - removed.ownPending();
    if (count == 1) {
      discardDelivered(removed, furthest - position);
      removed.sink(fallback);
      direct.sinkChanged();
      return;
    }
    furthest = Math.max(furthest, position);
    removed.closeOwnPipe();
    removed.sink(fallback);
    count--;
    System.arraycopy(receivers, index + 1, receivers, index, count - index);
    receivers[count] = removed;
  }

  /** What a receiver has had that was removed before the last one is not the fallback's. */
  private void discardDelivered(Receiver last, long bytes) {
    long left = bytes - last.discardOwn(bytes);
    consume();
    while (left > 0) {
      long dropped = source.discard(left);
      if (dropped <= 0) {
        return;
      }
      left -= dropped;
      delivered(dropped);
    }
  }

  /** Whether output waits for a receiver that was full when it was offered some. */
  public boolean isBlocked() {
    boolean isBlocked = isDirect() && direct.isSinkFull();
    for (int i = 0; !isDirect() && i < count; i++) {
      isBlocked |= !receivers[i].isOwnPipeEmpty();
    }
    return isBlocked;
  }

  private boolean isDirect() {
    return !receivers[0].hasOwnPipe();
  }

  /** Once a receiver that is left alone has taken what its own pipe held. */
  private void becomeDirect() {
    if (count == 1 && receivers[0].ahead() == 0 && receivers[0].isOwnPipeEmpty()) {
      receivers[0].closeOwnPipe();
      direct.sinkChanged();
    }
  }

  /** Asks for what this waits for: output, or space in a receiver. */
  public void arm(PollSet poll) {
    if (isDirect()) {
      if (remaining > 0) {
        direct.arm(poll);
      }
      return;
    }
    for (int i = 0; i < count; i++) {
      receivers[i].armOwn(poll);
    }
    boolean isPaused = shortage.isCurrent(pausedIn);
    if (count > 1 && remaining > 0 && isMoreWanted() && !isPaused) {
      source.arm(poll);
    }
  }

  /** Whether a receiver can be copied to; where tee(2) is refused, whether all of them can. */
  private boolean isMoreWanted() {
    int wanting = 0;
    for (int i = 0; i < count; i++) {
      wanting += receivers[i].wantsMore() ? 1 : 0;
    }
    return copies || source.holdsBytes() ? wanting == count : wanting > 0;
  }

  /**
   * After a poll: moves what can be moved.
   *
   * @param isSourceFilled whether bytes were put into the source since the poll
   * @return whether a receiver has taken anything
   */
  public boolean turn(boolean isSourceFilled) {
    if (isDirect()) {
      boolean isNothingPending = atOnce == 0 && !source.isHungUp();
      if (isNothingPending) {
        direct.sinkChanged();
      }
      boolean moved = !isNothingPending && remaining > 0 && direct.turn(isSourceFilled) > 0;
      atOnce = NO_LIMIT;
      return moved;
    }
    if (count > 1 && remaining > 0 && (isSourceFilled || source.isReady())) {
      share();
    }
    boolean progress = false;
    for (int i = 0; i < count; i++) {
      progress |= receivers[i].turnOwn() > 0;
    }
    return progress;
  }

  /** Bytes have left the source; none at its end of file. */
  private void delivered(long bytes) {
    consumed += bytes;
    if (bytes == 0) {
      remaining = 0;
    } else if (remaining != NO_LIMIT) {
      remaining -= bytes;
    }
  }

  /** The source is known to hold bytes, or to be at its end: copies them to all own pipes. */
  private void share() {
    if (copies || source.holdsBytes()) {
      shareCopies();
      return;
    }
    for (int i = 0; i < count; i++) {
      if (receivers[i].wantsMore()) {
        long copied = receivers[i].tee(source, Math.min(remaining, Pump.MAX_AT_ONCE));
        if (copied == 0) {
          delivered(0);
        }
        if (Errno.isShortage(copied)) {
          pausedIn = shortage.note();
        }
        copies |= Errno.isRefusal(copied);
      }
    }
    consume();
  }

  /** Where tee(2) is refused, bytes are read only when all own pipes have space for them. */
  private boolean shareCopies() {
    boolean haveSpace = true;
    for (int i = 0; i < count; i++) {
      haveSpace &= receivers[i].hasSpace();
    }
    if (!haveSpace) {
      return false;
    }
    long copied = source.copy(copyToAll, Math.min(remaining, PipeWriter.MAX_COPY));
    if (copied >= 0) {
      delivered(copied);
    }
    return copied > 0;
  }

  private final class CopyToAll implements PipeReader.Writer {

    @Override
    public long write(NativeBuffer buffer, int offset, int length) {
      for (int i = 0; i < count; i++) {
        receivers[i].write(buffer, offset, length);
      }
      return length;
    }
  }

  /** Takes out of the source what every receiver has in its own pipe. */
  private void consume() {
    long common = NO_LIMIT;
    for (int i = 0; i < count; i++) {
      common = Math.min(common, receivers[i].ahead());
    }
    while (common > 0) {
      long consumed = source.splice(devNull, common);
      if (consumed <= 0) {
        consumed = source.discard(common);
      }
      if (consumed <= 0) {
        return;
      }
      common -= consumed;
      delivered(consumed);
      for (int i = 0; i < count; i++) {
        receivers[i].consumed(consumed);
      }
    }
  }

  /** What the source holds now is all that is to be delivered, whatever is still written to it. */
  public void limitToPending() {
    remaining = Math.min(remaining, source.pending());
  }

  /** What the source gets from now on is left for the next turn: a client may connect before it. */
  public void limitTurnToPending() {
    atOnce = source.pending();
  }

  /** Nothing is to be delivered any more. */
  public void discard() {
    remaining = 0;
    for (int i = 0; i < count; i++) {
      receivers[i].closeOwnPipe();
    }
  }

  /** Whether every byte that was to be delivered has been taken. */
  public boolean isDrained() {
    if (remaining > 0) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (receivers[i].hasOwnPipe() && !receivers[i].isOwnPipeEmpty()) {
        return false;
      }
    }
    return true;
  }

  /** How many bytes of the source wait to be delivered. */
  public long pending() {
    return source.pending();
  }

  /** Takes from the source itself, for the only receiver. */
  private final class First implements Sink {

    @Override
    public long take(PipeReader from, long max) {
      long limit = atOnce == 0 ? NO_LIMIT : atOnce;
      long moved = receivers[0].take(from, Math.min(limit, Math.min(max, remaining)));
      if (moved >= 0) {
        delivered(moved);
      }
      return moved == 0 ? -Errno.EAGAIN : moved;
    }

    @Override
    public void arm(PollSet poll) {
      receivers[0].arm(poll);
    }

    @Override
    public boolean isReady() {
      return receivers[0].isReady();
    }
  }
}
