package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * What one receiver has got of two streams of {@link Records}, in runs: within a run no byte is
 * missing, doubled or out of order.
 */
public final class RecordReader {

  private final Libc libc;
  private final NativeBuffer buffer;
  private final boolean mayMiss;
  private final Progress[] progress = {new Progress(0), new Progress(1)};

  /** Bytes from {@code start} to {@code end} of a stream. */
  public record Run(long start, long end) {}

  /**
   * @param buffer used for each read
   * @param mayMiss whether a run may end and a later one begin, as there are other receivers
   */
  public RecordReader(Libc libc, NativeBuffer buffer, boolean mayMiss) {
    this.libc = libc;
    this.buffer = buffer;
    this.mayMiss = mayMiss;
  }

  private final class Progress {

    private final int stream;
    private final List<Run> runs = new ArrayList<>();

    /** Of the run that is being read; both -1 before its first whole record. */
    private long start = -1;

    private long next = -1;

    /** The bytes before the first whole record of a run, at most, and those of this record. */
    private final byte[] unknown = new byte[2 * Records.SIZE];

    private int unknownCount;

    private Progress(int stream) {
      this.stream = stream;
    }

    private void add(byte b) {
      if (start >= 0 && b == Records.at(next, stream)) {
        next++;
        return;
      }
      if (start >= 0) {
        assertTrue(mayMiss, () -> "byte " + next + " of stream " + stream + " is another");
        endRun();
      }
      assertTrue(unknownCount < unknown.length, "no record in what is read");
      unknown[unknownCount++] = b;
      findRecord();
    }

    /** The beginning of a record may be that of another one, which has the same lowest bits. */
    private void endRun() {
      long end = next - next % Records.SIZE;
      runs.add(new Run(start, end));
      for (long position = end; position < next; position++) {
        unknown[unknownCount++] = Records.at(position, stream);
      }
      start = -1;
    }

    private void findRecord() {
      int first = 0;
      while (first < unknownCount && !Records.isFirst(unknown[first])) {
        first++;
      }
      if (unknownCount - first < Records.SIZE) {
        return;
      }
      long number = 0;
      for (int i = 0; i < Records.SIZE; i++) {
        number |= Records.bits(unknown[first + i], i);
      }
      start = number * Records.SIZE - first;
      next = start + unknownCount;
      for (int i = 0; i < unknownCount; i++) {
        assertEquals(Records.at(start + i, stream), unknown[i], "part of a record");
      }
      unknownCount = 0;
      assertTrue(
          runs.isEmpty() || start > runs.getLast().end(),
          () -> "stream " + stream + " goes back from " + runs.getLast() + " to " + start);
    }

    private long position() {
      if (start >= 0) {
        return next;
      }
      return runs.isEmpty() ? -1 : runs.getLast().end();
    }

    private List<Run> all() {
      // A replay may be shorter than a record.
      assertTrue(unknownCount == 0 || !mayMiss, "part of a record is left");
      List<Run> all = new ArrayList<>(runs);
      if (start >= 0) {
        all.add(new Run(start, next));
      }
      return all;
    }
  }

  /**
   * Reads at most {@code max} bytes, without waiting.
   *
   * @return how many bytes, 0 if there are none, or -1 at the end
   */
  public long read(int fd, int max) {
    long read = libc.read(fd, buffer, Math.min(max, buffer.size()));
    if (read == -Errno.EAGAIN) {
      return 0;
    }
    for (int i = 0; i < read; i++) {
      byte b = buffer.getByte(i);
      progress[Records.streamOf(b)].add(b);
    }
    return read > 0 ? read : -1;
  }

  /** All that was read of a stream. */
  public List<Run> runs(int stream) {
    return progress[stream].all();
  }

  /** The position after the last whole record that was read; -1 if there was none. */
  public long position(int stream) {
    return progress[stream].position();
  }

  /** How many bytes were read of both streams. */
  public long total() {
    long total = 0;
    for (Progress each : progress) {
      total += each.unknownCount;
      for (Run run : each.all()) {
        total += run.end() - run.start();
      }
    }
    return total;
  }
}
