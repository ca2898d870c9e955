package iosock.flow;

/** What a receiver that has come later is still to get of the history, before all other output. */
public final class Replay {

  private final History history;
  private Overflow overflow = Overflow.WAIT;
  private long position;
  private long end;
  private boolean overwritten;

  public Replay(History history) {
    this.history = history;
  }

  /** The receiver is to get what there is now. */
  public void begin(Overflow onOverflow) {
    reset();
    overflow = onOverflow;
    position = history.start();
    end = history.end();
    if (isPending()) {
      history.add(this);
    }
  }

  /** The receiver is not waited for any more: it gets nothing more once it is too slow. */
  public void waitNoMore() {
    overflow = Overflow.CLOSE;
  }

  /** For another receiver, which has none yet. */
  public void reset() {
    cancel();
    overwritten = false;
  }

  /** The receiver gets nothing more. */
  public void cancel() {
    if (isPending()) {
      history.remove(this);
      position = end;
    }
  }

  /** Whether the receiver has not got all of it. */
  public boolean isPending() {
    return position < end;
  }

  /** Whether bytes were overwritten before the receiver took them; no replay is pending then. */
  public boolean isOverwritten() {
    return overwritten;
  }

  /**
   * Writes what is pending, as far as possible.
   *
   * @return how many bytes, or a negative errno
   */
  public long write(PipeReader.Writer to) {
    long written = history.write(position, end, to);
    if (written > 0) {
      position += written;
      if (!isPending()) {
        history.remove(this);
      }
    }
    return written;
  }

  Overflow overflow() {
    return overflow;
  }

  long position() {
    return position;
  }

  void overwritten() {
    overwritten = true;
    cancel();
  }
}
