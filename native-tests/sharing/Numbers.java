package sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;

/** What seq(1) writes. */
final class Numbers {

  private Numbers() {}

  /** The lines from 1 on. */
  static byte[] upTo(int last) {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= last; i++) {
      text.append(i).append('\n');
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Fails unless the text starts with a line, each line is the number after that of the line
   * before, and only the last one is cut off, if any.
   *
   * @return the number of the first line
   */
  static long assertConsecutive(byte[] text) {
    int end = lineEnd(text, 0);
    long first = number(text, 0, end);
    long expected = first;
    for (int start = 0; end < text.length; end = lineEnd(text, start)) {
      assertEquals(expected++, number(text, start, end));
      start = end + 1;
    }
    return first;
  }

  private static int lineEnd(byte[] text, int start) {
    int end = start;
    while (end < text.length && text[end] != '\n') {
      end++;
    }
    return end;
  }

  private static long number(byte[] text, int start, int end) {
    return Long.parseLong(new String(text, start, end - start, StandardCharsets.US_ASCII));
  }
}
