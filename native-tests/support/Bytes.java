package support;

import java.util.Random;

/** Test data. */
public final class Bytes {

  private Bytes() {}

  /** Random bytes, the same for the same count and seed. */
  public static byte[] random(int count, long seed) {
    byte[] bytes = new byte[count];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
