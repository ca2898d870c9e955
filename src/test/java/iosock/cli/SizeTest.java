package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SizeTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "4096, 4096",
    "0010, 10",
    "3b, 1536",
    "1kB, 1000",
    "1KB, 1000",
    "1k, 1024",
    "1K, 1024",
    "1kiB, 1024",
    "1KiB, 1024",
    "2mB, 2000000",
    "2MB, 2000000",
    "2m, 2097152",
    "2M, 2097152",
    "2miB, 2097152",
    "2MiB, 2097152",
    "16M, 16777216",
    "16384K, 16777216",
    "16777216, 16777216",
  })
  void aNumberWithOrWithoutAUnitIsASize(String text, int bytes) throws UsageError {
    assertEquals(bytes, Size.parse(bytes(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0M",
        "-1",
        "+1",
        " 1",
        "1 ",
        "1.5K",
        "K",
        "B",
        "1B",
        "1bB",
        "1Kb",
        "1KIB",
        "1KK",
        "1G",
        "1c",
        "0x10",
        "1e3",
        "all",
        "17M",
        "16777217",
        "16385K",
        "2147483648",
        "4294967297",
        "18446744073709551617",
        "18014398509481985K",
        "99999999999999999999999999999999999999",
      })
  void anythingElseIsRefused(String text) {
    UsageError error = assertThrows(UsageError.class, () -> Size.parse(bytes(text)));
    assertEquals("not a size from 1 to 16M", error.getMessage());
    assertArrayEquals(bytes(text), error.subject());
  }

  @Test
  void bytesThatAreNotTextAreRefused() {
    assertThrows(UsageError.class, () -> Size.parse(new byte[] {'1', (byte) 0xcb}));
    assertThrows(UsageError.class, () -> Size.parse(new byte[] {'1', 0}));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
