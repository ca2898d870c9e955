package iosock.cli;

import java.util.Arrays;

/** A text in which a backslash begins an escape sequence, as in C. */
final class StopText {

  /** The character ESC, by which keys of a terminal begin. */
  private static final byte ESCAPE = 0x1b;

  /** How many digits follow {@code \x}. */
  private static final int HEX_DIGITS = 2;

  private static final int HEXADECIMAL = 16;

  private StopText() {}

  /**
   * Accepts {@code \n}, {@code \r}, {@code \t}, {@code \e}, {@code \\} and {@code \xHH}; every
   * other byte means itself.
   */
  static byte[] parse(byte[] text) throws UsageError {
    if (text.length == 0) {
      throw new UsageError("--stop-input needs a text");
    }
    byte[] bytes = new byte[text.length];
    int length = 0;
    for (int i = 0; i < text.length; i++) {
      if (text[i] != '\\') {
        bytes[length++] = text[i];
      } else if (i + 1 < text.length && text[i + 1] == 'x') {
        bytes[length++] = hexadecimal(text, i + 2);
        i += 1 + HEX_DIGITS;
      } else {
        bytes[length++] = escaped(text, ++i);
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  private static byte escaped(byte[] text, int at) throws UsageError {
    return switch (at < text.length ? text[at] : 0) {
      case 'n' -> '\n';
      case 'r' -> '\r';
      case 't' -> '\t';
      case 'e' -> ESCAPE;
      case '\\' -> '\\';
      default -> throw error(text);
    };
  }

  private static byte hexadecimal(byte[] text, int at) throws UsageError {
    int value = 0;
    for (int i = at; i < at + HEX_DIGITS; i++) {
      int digit = i < text.length && text[i] > 0 ? Character.digit(text[i], HEXADECIMAL) : -1;
      if (digit < 0) {
        throw error(text);
      }
      value = HEXADECIMAL * value + digit;
    }
    return (byte) value;
  }

  private static UsageError error(byte[] text) {
    return new UsageError("bad escape sequence", text);
  }
}
