package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/**
 * A stream of bytes in which each byte follows from its position, so that a byte that is lost,
 * doubled or out of order is found wherever the stream is read.
 */
public final class Sequence {

  /** The most that is written or read at once. */
  public static final int MAX_AT_ONCE = 1 << 20;

  /** 2^64 divided by the golden ratio: its multiples are spread evenly. */
  private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

  private final Libc libc;
  private final NativeBuffer buffer = new NativeBuffer(MAX_AT_ONCE);
  private final long salt;

  /**
   * @param number of two sequences with different numbers the bytes differ
   */
  public Sequence(Libc libc, int number) {
    this.libc = libc;
    salt = number * 1_000_000_007L;
  }

  private byte at(long position) {
    return (byte) ((position + salt) * MULTIPLIER >>> 56);
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
    long read = libc.read(fd, buffer, Math.min(max, MAX_AT_ONCE));
    for (int i = 0; i < read; i++) {
      if (buffer.getByte(i) != at(position + i)) {
        assertEquals(at(position + i), buffer.getByte(i), "the byte at " + (position + i));
      }
    }
    return read;
  }
}
