package iosock.relay;

import iosock.flow.PipeWriter;
import iosock.flow.Source;
import iosock.posix.Errno;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;

/**
 * The command's input, where a text can be put ahead of what has not been read yet. While the text
 * is under way to the command's pipe nothing else is read.
 */
final class StopInput implements Source {

  private static final byte NEWLINE = '\n';

  private final Source source;
  private final CommandEndpoint near;
  private final NativeBuffer text;
  private final int length;
  private final PipeWriter.Reader reader = new Reader();
  private int read;
  private boolean underWay;
  private boolean inPipe;
  private boolean failed;

  /** Whether the text came last, and nothing of the rest since. */
  private boolean last;

  /**
   * @param source of the rest of the input
   * @param text empty if there is none
   */
  StopInput(Source source, CommandEndpoint near, byte[] text) {
    this.source = source;
    this.near = near;
    this.text = NativeBuffer.string(text);
    length = text.length;
  }

  /** Whether there is a text. */
  boolean hasText() {
    return length > 0;
  }

  /** Has the text follow what is in the pipe by now; only once, and only if there is one. */
  void begin() {
    underWay = true;
  }

  /** What has not been read of the text is dropped. */
  void giveUp() {
    underWay = false;
  }

  /** Whether the command's pipe or terminal has taken all of the text. */
  boolean isWritten() {
    return inPipe && near.isMarkReached();
  }

  /** Whether the text can no longer be written. */
  boolean hasFailed() {
    return failed;
  }

  @Override
  public void arm(PollSet poll) {
    if (underWay) {
      near.input().arm(poll);
    } else {
      source.arm(poll);
    }
  }

  @Override
  public boolean isReady() {
    return underWay || source.isReady();
  }

  @Override
  public long give(PipeWriter to, long max) {
    if (underWay) {
      return giveText(to, max);
    }
    long given = source.give(to, max);
    last &= given <= 0;
    return given;
  }

  private long giveText(PipeWriter to, long max) {
    long given = 0;
    while (underWay) {
      long copied = to.copy(reader, max);
      if (Errno.isTemporary(copied)) {
        return given > 0 ? given : copied;
      }
      if (copied <= 0) {
        failed = true;
        underWay = false;
        return given > 0 ? given : source.give(to, max);
      }
      given += copied;
      if (read == length && !to.holdsBytes()) {
        underWay = false;
        inPipe = true;
        last = true;
        near.markInput();
      }
    }
    return given;
  }

  private final class Reader implements PipeWriter.Reader {

    @Override
    public long read(NativeBuffer buffer, int max) {
      int part = Math.min(length - read, max);
      buffer.put(0, text, read, part);
      read += part;
      return part;
    }
  }

  @Override
  public boolean isMidLine() {
    return last ? text.getByte(length - 1) != NEWLINE : source.isMidLine();
  }
}
