package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StopTextTest {

  @Test
  void anEscapeSequenceIsOneByte() throws UsageError {
    assertArrayEquals(
        bytes("a\n\r\t\033\\b\0\u00ffz"), StopText.parse(bytes("a\\n\\r\\t\\e\\\\b\\x00\\xfFz")));
  }

  @Test
  void everyOtherByteMeansItself() throws UsageError {
    byte[] all = new byte[256];
    for (int i = 0; i < all.length; i++) {
      all[i] = (byte) i;
    }
    all['\\'] = 'x';
    assertArrayEquals(all, StopText.parse(all));
  }

  @Test
  void whatFollowsAnEscapeSequenceIsNotPartOfIt() throws UsageError {
    assertArrayEquals(bytes("\\n\u00012"), StopText.parse(bytes("\\\\n\\x012")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\\",
        "a\\",
        "\\\\\\",
        "\\q",
        "\\N",
        "\\0",
        "\\x",
        "\\x1",
        "\\x1g",
        "\\xg1",
        "\\x\u00e91",
        "\\\n"
      })
  void aBadSequenceIsRefused(String text) {
    UsageError error = assertThrows(UsageError.class, () -> StopText.parse(bytes(text)));
    assertEquals("bad escape sequence", error.getMessage());
    assertArrayEquals(bytes(text), error.subject());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }
}
