package support;

import java.util.Random;

/** Bytes to send. */
public final class Bytes {

  private Bytes() {}

  /** The same for the same count and seed, of every value, with no pattern. */
  public static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
