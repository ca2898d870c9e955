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
 * <p>A single receiver takes from the source itself. Several have a pipe each, to which tee(2)
 * copies references. Bytes leave the source once one receiver has taken them and all others have
 * them in their pipes. So what the last receiver has not taken when it leaves is still in the
 * source, for the next one: bytes are lost only where another receiver has had them.
 *
 * <p>A receiver that takes nothing holds back the writer of the source, unless its {@link Overflow}
 * says otherwise; it never holds back what is in the pipes of the others.
 */
public final class Fanout {

  private static final long NO_LIMIT = Long.MAX_VALUE;
  private static final int PIPE_FLAGS = Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK;

  private final Libc libc;
  private final PipeReader source;
  private final Console console;
  private final History history;
  private final Receiver[] receivers;
  private final NativeBuffer ends = new NativeBuffer(Pipe.SIZEOF_ENDS);
  private final Shortage shortage;

  /** Negative in a root file system without /dev/null: what goes there is read then. */
  private final int devNull;

  private final Pump toSingle;
  private int count = 1;

  /** How many bytes of the source are still to be delivered. */
  private long remaining = NO_LIMIT;

  /** How many bytes at the head of the source a receiver has taken that was removed. */
  private long takenByRemoved;

  /** At most so many bytes of the source are moved in this turn. */
  private long turnLimit = NO_LIMIT;

  private int pausedIn;

  /**
   * What takes output while there is no client.
   *
   * @param isPermanent whether it takes output also while there are clients
   */
  public record Console(Sink sink, boolean isPermanent) {}

  /**
   * @param capacity how many receivers there can be at once, beside a permanent console
   * @param history gets what has been delivered
   * @throws iosock.posix.Failure if there are no descriptors left
   */
  public Fanout(
      Libc libc,
      PipeReader source,
      Console console,
      int capacity,
      History history,
      Shortage shortage) {
    this.libc = libc;
    this.source = source;
    this.console = console;
    this.history = history;
    this.shortage = shortage;
    receivers = new Receiver[capacity + 1];
    receivers[0] = new Receiver(libc, console.sink(), shortage);
    devNull = libc.open(NativeBuffer.string("/dev/null"), Fcntl.O_WRONLY | Fcntl.O_CLOEXEC);
    toSingle = Pump.drain(source, new SingleSink(), shortage);
    if (history.isOn()) {
      boolean isOpened = receivers[0].openPipe(ends, PIPE_FLAGS);
      Failure.check(isOpened ? 0 : -Errno.EMFILE, "open", "a pipe");
    }
  }

  /**
   * Adds a receiver. It begins after the bytes that another receiver has taken; with a history, at
   * the head of the source, where its replay ends.
   *
   * @return whether it was added: not if there are no descriptors left
   */
  public boolean add(Sink sink, Overflow overflow) {
    int replaced = overflow == Overflow.WAIT ? replaceable() : count;
    if (replaced < count) {
      noteTaken(receivers[replaced]);
      receivers[replaced].begin(sink, overflow, taken());
      toSingle.sinkChanged();
      turnLimit = NO_LIMIT;
      return true;
    }
    if (receivers[count] == null) {
      receivers[count] = new Receiver(libc, sink, shortage);
    }
    Receiver added = receivers[count];
    boolean opened = added.openPipe(ends, PIPE_FLAGS);
    for (int i = 0; i < count; i++) {
      opened = opened && receivers[i].openPipe(ends, PIPE_FLAGS);
    }
    if (!opened) {
      added.closePipe();
      return false;
    }
    added.begin(sink, overflow, taken());
    count++;
    return true;
  }

  /**
   * The receiver whose place a client takes: the console, or one that has all that it is to get.
   *
   * @return its index; {@code count} if there is none
   */
  private int replaceable() {
    for (int i = 0; i < count; i++) {
      Receiver each = receivers[i];
      boolean isConsole = each.sink() == console.sink() && !console.isPermanent();
      if (isConsole || each.isFinishing() && each.pending() == 0) {
        return i;
      }
    }
    return count;
  }

  /** How many bytes at the head of the source are not for a receiver that is added now. */
  long taken() {
    return history.isOn() ? 0 : takenByAny();
  }

  /** How many bytes at the head of the source a receiver has taken. */
  private long takenByAny() {
    long taken = takenByRemoved;
    for (int i = 0; i < count; i++) {
      if (receivers[i].isWaitedFor()) {
        taken = Math.max(taken, receivers[i].taken());
      }
    }
    return taken;
  }

  /**
   * A receiver is to get what is in its own pipe, and nothing more of the source, in which there
   * may be what was written for the next one. It is to be removed when it {@link #hasFinished}.
   */
  public void finish(Sink sink) {
    for (int i = 0; i < count; i++) {
      if (receivers[i].sink() == sink) {
        noteTaken(receivers[i]);
        receivers[i].finish();
      }
    }
  }

  /** Whether nothing waits for a sink, which has been told to finish. */
  public boolean hasFinished(Sink sink) {
    for (int i = 0; i < count; i++) {
      if (receivers[i].sink() == sink) {
        return receivers[i].pending() == 0;
      }
    }
    return true;
  }

  /** Whether output waits for this sink, which was full when it was offered some. */
  public boolean isWaitingFor(Sink sink) {
    for (int i = 0; i < count; i++) {
      if (receivers[i].sink() == sink) {
        return isSingle() ? toSingle.isSinkFull() : receivers[i].pending() > 0;
      }
    }
    return false;
  }

  /** Whether output waits for any receiver that was full when it was offered some. */
  public boolean isBlocked() {
    if (isSingle()) {
      return toSingle.isSinkFull();
    }
    for (int i = 0; i < count; i++) {
      if (receivers[i].pending() > 0) {
        return true;
      }
    }
    return false;
  }

  /**
   * Between two turns: removes the receivers that take nothing any more, and moves what poll(2)
   * would not tell of.
   */
  public void update() {
    for (int i = count - 1; i >= 0; i--) {
      if (!receivers[i].sink().isOpen()) {
        remove(i);
      }
    }
    if (waitedFor() == 0) {
      // The last client finishes, and none could be added for want of descriptors.
      receivers[firstFinishing()].begin(console.sink(), Overflow.WAIT, takenByRemoved);
    }
    consume();
    if (!isSingle()) {
      while (remaining > 0 && source.holdsBytes() && share()) {
        continue;
      }
      becomeSingle();
    }
  }

  private void remove(int index) {
    Receiver removed = receivers[index];
    noteTaken(removed);
    if (waitedFor() == (removed.isWaitedFor() ? 1 : 0)) {
      removed.begin(console.sink(), Overflow.WAIT, takenByRemoved);
      toSingle.sinkChanged();
      return;
    }
    removed.closePipe();
    removed.begin(console.sink(), Overflow.WAIT, 0);
    count--;
    System.arraycopy(receivers, index + 1, receivers, index, count - index);
    receivers[count] = removed;
  }

  /** What a receiver has taken that is removed is not the next one's. */
  private void noteTaken(Receiver removed) {
    if (removed.isWaitedFor()) {
      takenByRemoved = Math.max(takenByRemoved, removed.taken());
    }
  }

  /** How many receivers the source keeps its bytes for. */
  private int waitedFor() {
    int waitedFor = 0;
    for (int i = 0; i < count; i++) {
      waitedFor += receivers[i].isWaitedFor() ? 1 : 0;
    }
    return waitedFor;
  }

  /** Only if there is one. */
  private int firstFinishing() {
    int first = 0;
    while (!receivers[first].isFinishing()) {
      first++;
    }
    return first;
  }

  private boolean isSingle() {
    return !receivers[0].hasPipe();
  }

  /** Once a receiver that is left alone has taken what its pipe held. */
  private void becomeSingle() {
    Receiver last = receivers[0];
    boolean isAlone = count == 1 && !history.isOn();
    if (isAlone && last.ahead() == 0 && last.pending() == 0) {
      last.closePipe();
      toSingle.sinkChanged();
    }
  }

  /** Asks for what this waits for: output, or space in a receiver. */
  public void arm(PollSet poll) {
    if (isSingle()) {
      if (remaining > 0) {
        toSingle.arm(poll);
      }
      return;
    }
    boolean isMoreWanted = false;
    for (int i = 0; i < count; i++) {
      receivers[i].armPipe(poll);
      isMoreWanted |= receivers[i].wantsMore();
    }
    boolean isPaused = shortage.isCurrent(pausedIn);
    if (isMoreWanted && remaining > 0 && !isPaused) {
      source.arm(poll);
    }
  }

  /**
   * After a poll: moves what can be moved.
   *
   * @param isSourceFilled whether bytes were put into the source since the poll
   * @return whether a receiver has taken anything
   */
  public boolean turn(boolean isSourceFilled) {
    boolean isNothingPending = turnLimit == 0 && !source.isHungUp();
    boolean moved;
    if (isSingle()) {
      if (isNothingPending) {
        toSingle.sinkChanged();
      }
      moved = !isNothingPending && remaining > 0 && toSingle.turn(isSourceFilled) > 0;
    } else {
      if (remaining > 0 && !isNothingPending && (isSourceFilled || source.isReady())) {
        copyToPipes();
      }
      moved = drainPipes();
    }
    turnLimit = NO_LIMIT;
    return moved;
  }

  /**
   * Moves bytes of the source that are held in memory to all receivers.
   *
   * @return whether anything was moved
   */
  private boolean share() {
    boolean isCopied = copyToPipes();
    return drainPipes() || isCopied;
  }

  /**
   * The source is known to hold bytes, or to be at its end: copies them to all pipes.
   *
   * @return whether there were any, and space for them
   */
  private boolean copyToPipes() {
    boolean isCopied = false;
    long max = Math.min(Math.min(remaining, limitOfTurn()), Pump.MAX_AT_ONCE);
    for (int i = 0; i < count; i++) {
      if (receivers[i].wantsMore()) {
        long copied = receivers[i].tee(source, max);
        isCopied |= copied > 0;
        if (copied == 0) {
          remaining = 0;
        }
        if (Errno.isShortage(copied)) {
          pausedIn = shortage.note();
        }
      }
    }
    return isCopied;
  }

  /** With nothing pending only the end of file is looked for. */
  private long limitOfTurn() {
    return turnLimit == 0 ? NO_LIMIT : turnLimit;
  }

  private boolean drainPipes() {
    boolean moved = false;
    for (int i = 0; i < count; i++) {
      moved |= receivers[i].turn() > 0;
    }
    consume();
    return moved;
  }

  /** Takes out of the source what one receiver has taken and all others have in their pipes. */
  private void consume() {
    long bytes = consumable();
    while (bytes > 0) {
      long gone =
          history.isOn() ? history.take(source, bytes, devNull) : source.drop(devNull, bytes);
      if (gone <= 0) {
        pausedIn = Errno.isShortage(gone) ? shortage.note() : pausedIn;
        return;
      }
      bytes -= gone;
      consumed(gone);
      for (int i = 0; i < count; i++) {
        receivers[i].consumed(gone);
      }
    }
  }

  private long consumable() {
    long bytes = Math.min(takenByAny(), history.room());
    for (int i = 0; i < count; i++) {
      if (receivers[i].isWaitedFor()) {
        bytes = Math.min(bytes, receivers[i].ahead());
      }
    }
    for (int i = 0; i < count; i++) {
      Receiver each = receivers[i];
      boolean isBehind = !each.isWaitedFor() && !each.isFinishing() && each.ahead() < bytes;
      if (isBehind && each.hasFallenBehind()) {
        each.sink().fallBehind();
      } else if (isBehind && each.ahead() >= 0) {
        bytes = each.ahead();
      }
    }
    return bytes;
  }

  /** Bytes have left the source. */
  private void consumed(long bytes) {
    takenByRemoved = Math.max(takenByRemoved - bytes, 0);
    if (remaining != NO_LIMIT) {
      remaining -= bytes;
    }
  }

  /** What the source holds now is all that is to be delivered, whatever is still written to it. */
  public void limitToPending() {
    remaining = Math.min(remaining, source.pending());
  }

  /** What the source gets from now on is left for the next turn: a client may connect before it. */
  public void limitTurnToPending() {
    turnLimit = source.pending();
  }

  /** Nothing is to be delivered any more. */
  public void discard() {
    remaining = 0;
    for (int i = 0; i < count; i++) {
      receivers[i].closePipe();
    }
  }

  /** Whether every byte that was to be delivered has been taken. */
  public boolean isDrained() {
    if (remaining > 0) {
      return false;
    }
    for (int i = 0; i < count; i++) {
      if (receivers[i].pending() > 0) {
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
  private final class SingleSink implements Sink {

    @Override
    public long take(PipeReader from, long max) {
      long limit = Math.min(remaining, limitOfTurn());
      long moved = receivers[0].take(from, Math.min(max, limit));
      if (moved > 0) {
        consumed(moved);
      } else if (moved == 0) {
        remaining = 0;
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
