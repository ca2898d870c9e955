package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.util.function.IntConsumer;

/**
 * Reads what several sequences were written into: the bytes of each have to come whole and in
 * order. The highest bits of a byte, its tag, say which sequence it belongs to.
 */
public final class MixedReader {

  private final Libc libc;
  private final int bits;
  private final NativeBuffer buffer;
  private final long[] positions;

  /**
   * @param bits of a tag
   * @param buffer used for each read
   */
  public MixedReader(Libc libc, int bits, NativeBuffer buffer) {
    this.libc = libc;
    this.bits = bits;
    this.buffer = buffer;
    positions = new long[1 << bits];
  }

  /** Of the byte that has to come next. */
  public long position(int tag) {
    return positions[tag];
  }

  public void position(int tag, long next) {
    positions[tag] = next;
  }

  /**
   * Reads and compares at most {@code max} bytes, without waiting.
   *
   * @param each is told the tag of each byte
   * @return how many bytes, 0 if there are none, or -1 at the end
   */
  public long read(int fd, int max, IntConsumer each) {
    long read = libc.read(fd, buffer, Math.min(max, buffer.size()));
    if (read == -Errno.EAGAIN) {
      return 0;
    }
    for (int i = 0; i < read; i++) {
      byte found = buffer.getByte(i);
      int tag = (found & 0xff) >>> 8 - bits;
      byte expected = Sequence.at(positions[tag], tag, bits);
      if (found != expected) {
        assertEquals(expected, found, "byte " + positions[tag] + " of sequence " + tag);
      }
      positions[tag]++;
      each.accept(tag);
    }
    return read > 0 ? read : -1;
  }
}
