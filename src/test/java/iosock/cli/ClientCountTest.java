package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ClientCountTest {

  @ParameterizedTest
  @CsvSource({"1, 1", "2, 2", "64, 64", "064, 64"})
  void aNumberUpTo64IsACount(String text, int count) throws UsageError {
    assertEquals(count, ClientCount.parse(bytes(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "00",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.0",
        "2K",
        "two",
        "all",
        "65",
        "4294967297",
        "18446744073709551617"
      })
  void anythingElseIsRefused(String text) {
    UsageError error = assertThrows(UsageError.class, () -> ClientCount.parse(bytes(text)));
    assertEquals("not a number of clients from 1 to 64", error.getMessage());
    assertArrayEquals(bytes(text), error.subject());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
