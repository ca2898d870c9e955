package iosock.cli;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/** A time, as timeout(1) reads it: in seconds, or with a unit. */
public final class Seconds {

  /** In nanoseconds: a time that never passes. */
  public static final long NEVER = Long.MAX_VALUE;

  private static final BigDecimal MAX_NANOS = new BigDecimal("1000000000000000000");
  private static final long NANOS_PER_SECOND = 1_000_000_000;

  private Seconds() {}

  /**
   * Accepts a decimal number that s, m, h or d may follow: more than 0 and at most a thousand
   * million seconds.
   *
   * @return nanoseconds, rounded up
   */
  static long parse(byte[] text) throws UsageError {
    int length = text.length;
    long unit = length == 0 ? 0 : secondsPer(text[length - 1]);
    int end = unit == 0 ? length : length - 1;
    if (!isDecimal(text, end)) {
      throw error(text);
    }
    BigDecimal number = new BigDecimal(new String(text, 0, end, StandardCharsets.US_ASCII));
    BigDecimal nanos = number.multiply(BigDecimal.valueOf(Math.max(unit, 1) * NANOS_PER_SECOND));
    if (nanos.signum() == 0 || nanos.compareTo(MAX_NANOS) > 0) {
      throw error(text);
    }
    return nanos.setScale(0, RoundingMode.CEILING).longValueExact();
  }

  /** 0 if this is no unit. */
  private static long secondsPer(byte unit) {
    return switch (unit) {
      case 's' -> 1;
      case 'm' -> 60;
      case 'h' -> 60 * 60;
      case 'd' -> 24 * 60 * 60;
      default -> 0;
    };
  }

  /** Digits with at most one point among them. */
  private static boolean isDecimal(byte[] text, int end) {
    int digits = 0;
    int points = 0;
    for (int i = 0; i < end; i++) {
      if (text[i] == '.') {
        points++;
      } else if (text[i] >= '0' && text[i] <= '9') {
        digits++;
      } else {
        return false;
      }
    }
    return digits > 0 && points <= 1;
  }

  private static UsageError error(byte[] text) {
    return new UsageError("not a time of more than 0 and at most 1000000000 seconds", text);
  }
}
