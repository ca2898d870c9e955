package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SecondsTest {

  @ParameterizedTest
  @CsvSource({
    "1, 1000000000",
    "0.5, 500000000",
    ".5, 500000000",
    "5., 5000000000",
    "007, 7000000000",
    "1.5s, 1500000000",
    "2m, 120000000000",
    "1h, 3600000000000",
    "0.25d, 21600000000000",
    "0.000000001, 1",
    "1000000000, 1000000000000000000",
    "1000000000.000s, 1000000000000000000",
  })
  void aNumberWithOrWithoutAUnitIsATime(String text, long nanos) throws UsageError {
    assertEquals(nanos, Seconds.parse(bytes(text)));
  }

  /** Else a time that is more than 0 would be none. */
  @ParameterizedTest
  @CsvSource({
    "0.0000000001, 1",
    "1.0000000001, 1000000001",
    "0.000000000000000000000001d, 1",
  })
  void aPartOfANanosecondCountsAsOne(String text, long nanos) throws UsageError {
    assertEquals(nanos, Seconds.parse(bytes(text)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "0.0",
        "0d",
        "-1",
        "-0.5s",
        "+1",
        " 1",
        "1 ",
        "1,5",
        ".",
        "s",
        ".s",
        "1.2.3",
        "1S",
        "1ms",
        "1sec",
        "1w",
        "1e3",
        "0x10",
        "inf",
        "infinity",
        "nan",
        "soon",
        "1000000000.1",
        "1000000001",
        "16666667m",
        "11575d",
        "9223372036854775807",
        "99999999999999999999999999999999999999",
      })
  void anythingElseIsRefused(String text) {
    UsageError error = assertThrows(UsageError.class, () -> Seconds.parse(bytes(text)));
    assertEquals("not a time of more than 0 and at most 1000000000 seconds", error.getMessage());
    assertArrayEquals(bytes(text), error.subject());
  }

  @Test
  void bytesThatAreNotTextAreRefused() {
    assertThrows(UsageError.class, () -> Seconds.parse(new byte[] {'1', (byte) 0xb2}));
    assertThrows(UsageError.class, () -> Seconds.parse(new byte[] {'1', 0, 's'}));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
