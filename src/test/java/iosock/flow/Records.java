package iosock.flow;

/**
 * A stream of bytes made of numbered records, so that the position of any record in it is known
 * wherever it is read. The highest bit of a byte says which of two streams it belongs to; a record
 * is four bytes with six bits of its number each, the lowest first, and the first byte is marked.
 */
public final class Records {

  /** How many bytes a record has; all that is written and delivered is whole records. */
  public static final int SIZE = 4;

  private static final int BITS = 6;
  private static final int MASK = (1 << BITS) - 1;
  private static final int FIRST = 1 << BITS;
  private static final int STREAM = 1 << 7;

  private Records() {}

  /**
   * @param stream 0 or 1
   */
  public static byte at(long position, int stream) {
    int index = (int) (position % SIZE);
    long number = position / SIZE;
    int bits = (int) (number >>> index * BITS) & MASK;
    return (byte) (bits | (index == 0 ? FIRST : 0) | (stream == 0 ? 0 : STREAM));
  }

  public static int streamOf(byte b) {
    return (b & STREAM) == 0 ? 0 : 1;
  }

  public static boolean isFirst(byte b) {
    return (b & FIRST) != 0;
  }

  /** The number in a byte of a record. */
  public static long bits(byte b, int index) {
    return (long) (b & MASK) << index * BITS;
  }
}
