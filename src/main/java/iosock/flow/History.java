package iosock.flow;

import iosock.posix.NativeBuffer;

/**
 * The last bytes of output that have been delivered, for receivers that come later: a ring in
 * memory, all of which is taken at the start. It holds both streams, in the order of delivery.
 */
public final class History {

  private static final long NO_REPLAY = Long.MAX_VALUE;

  private final int size;

  /** One byte more than is replayed, which tells whether the rest begins with a line. */
  private final int capacity;

  private final NativeBuffer ring;
  private final Replay[] replays;
  private int replayCount;

  /** The position after the last byte; positions count from the first byte of all output. */
  private long end;

  /** Earlier bytes were dropped without a look at them. */
  private long known;

  /**
   * @param size in bytes; 0 keeps nothing
   * @param receivers how many replays there can be at once
   */
  public History(int size, int receivers) {
    this.size = size;
    capacity = size + 1;
    ring = new NativeBuffer(capacity);
    replays = new Replay[receivers];
  }

  /** Whether anything is kept. */
  public boolean isOn() {
    return size > 0;
  }

  /** The position after the last byte. */
  long end() {
    return end;
  }

  /** The position at which a replay begins: after the first newline, if older bytes are missing. */
  long start() {
    long oldest = Math.max(known, end - size);
    if (oldest == 0 || oldest > known && at(oldest - 1) == '\n') {
      return oldest;
    }
    for (long position = oldest; position < end; position++) {
      if (at(position) == '\n') {
        return position + 1;
      }
    }
    return oldest;
  }

  private byte at(long position) {
    return ring.getByte((int) (position % capacity));
  }

  void add(Replay replay) {
    replays[replayCount++] = replay;
  }

  void remove(Replay replay) {
    for (int i = 0; i < replayCount; i++) {
      if (replays[i] == replay) {
        replays[i] = replays[--replayCount];
        return;
      }
    }
  }

  /** How many bytes may be added before one is overwritten that a receiver is to wait for. */
  long room() {
    long oldest = NO_REPLAY;
    for (int i = 0; i < replayCount; i++) {
      if (replays[i].overflow() == Overflow.WAIT) {
        oldest = Math.min(oldest, replays[i].position());
      }
    }
    return oldest == NO_REPLAY ? Long.MAX_VALUE : size - (end - oldest);
  }

  /**
   * Takes at most {@code max} bytes out of a pipe, and keeps the last of them.
   *
   * @param max at most {@link #room}
   * @param devNull a descriptor of /dev/null; negative if there is none
   * @return how many; 0 at end of file; or a negative errno
   */
  long take(PipeReader from, long max, int devNull) {
    long taken;
    if (max > capacity) {
      taken = from.drop(devNull, max - capacity);
      known = taken > 0 ? end + taken : known;
    } else {
      int offset = (int) (end % capacity);
      taken = from.read(ring, offset, (int) Math.min(max, capacity - offset));
    }
    if (taken > 0) {
      end += taken;
      closeOverwritten();
    }
    return taken;
  }

  private void closeOverwritten() {
    for (int i = replayCount - 1; i >= 0; i--) {
      if (replays[i].position() < end - size) {
        replays[i].overwritten();
      }
    }
  }

  /**
   * Writes bytes from {@code position} on.
   *
   * @return how many, or a negative errno
   */
  long write(long position, long limit, PipeReader.Writer to) {
    int offset = (int) (position % capacity);
    int length = (int) Math.min(limit - position, capacity - offset);
    return to.write(ring, offset, length);
  }
}
