package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/**
 * A stream of bytes in which each byte follows from its position, so that a byte that is lost,
 * doubled or out of order is found wherever the stream is read.
 */
public final class Sequence {

  /** 2^64 divided by the golden ratio: its multiples are spread evenly. */
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final Libc libc;
  private final NativeBuffer buffer;
  private final int tag;
  private final int bits;

  /**
   * @param buffer used for each read and write, which is of its size at most
   */
  public Sequence(Libc libc, NativeBuffer buffer) {
    this(libc, buffer, 0, 0);
  }

  /**
   * @param tag the highest bits of each byte
   * @param bits how many bits the tag has
   */
  public Sequence(Libc libc, NativeBuffer buffer, int tag, int bits) {
    this.libc = libc;
    this.buffer = buffer;
    this.tag = tag;
    this.bits = bits;
  }

  static byte at(long position, int tag, int bits) {
    return (byte) (position * MULTIPLIER >>> 56 + bits | (long) tag << 8 - bits);
  }

  private byte at(long position) {
    return at(position, tag, bits);
  }

  /**
   * Writes the bytes from {@code position} on.
   *
   * @return how many were written, or a negative errno
   */
  public long write(int fd, long position, int length) {
    for (int i = 0; i < length; i++) {
      buffer.putByte(i, at(position + i));
    }
    return libc.write(fd, buffer, 0, length);
  }

  /**
   * Reads at most {@code max} bytes, which have to be those from {@code position} on.
   *
   * @return how many were read, 0 at end of file, or a negative errno
   */
  public long read(int fd, long position, int max) {
    long read = libc.read(fd, buffer, Math.min(max, buffer.size()));
    for (int i = 0; i < read; i++) {
      if (buffer.getByte(i) != at(position + i)) {
        assertEquals(at(position + i), buffer.getByte(i), "the byte at " + (position + i));
      }
    }
    return read;
  }
}
