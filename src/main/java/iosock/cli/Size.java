package iosock.cli;

import java.nio.charset.StandardCharsets;

/** A number of bytes, as {@code head -c} reads it: with a unit or without. */
final class Size {

  private static final int KIB = 1024;
  private static final int MAX = 16 * KIB * KIB;

  private Size() {}

  /** Accepts a decimal number that a unit may follow: from 1 to 16M. */
  static int parse(byte[] text) throws UsageError {
    long value = 0;
    int end = 0;
    while (end < text.length && text[end] >= '0' && text[end] <= '9' && value <= MAX) {
      value = 10 * value + text[end++] - '0';
    }
    value *= bytesPer(new String(text, end, text.length - end, StandardCharsets.ISO_8859_1));
    if (value < 1 || value > MAX) {
      throw new UsageError("not a size from 1 to 16M", text);
    }
    return (int) value;
  }

  /** 0 if this is no unit. */
  private static int bytesPer(String unit) {
    return switch (unit) {
      case "" -> 1;
      case "b" -> 512;
      case "kB", "KB" -> 1000;
      case "k", "K", "kiB", "KiB" -> KIB;
      case "mB", "MB" -> 1000 * 1000;
      case "m", "M", "miB", "MiB" -> KIB * KIB;
      default -> 0;
    };
  }
}
