package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SignalNameTest {

  /** The signals that kill(1) of the system names, by number. */
  @Test
  void everyNameIsThatOfTheSystem() throws Exception {
    for (int signal = 1; signal <= 64; signal++) {
      if (signal == 32 || signal == 33) {
        continue;
      }
      String name = nameOf(signal);
      assertEquals(signal, SignalName.parse(bytes(name)), name);
      assertEquals(signal, SignalName.parse(bytes("SIG" + name)), name);
      assertEquals(signal, SignalName.parse(bytes(name.toLowerCase())), name);
      assertEquals(signal, SignalName.parse(bytes("" + signal)), name);
    }
  }

  private static String nameOf(int signal) throws Exception {
    Process kill = new ProcessBuilder("bash", "-c", "kill -l " + signal).start();
    String name = new String(kill.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, kill.waitFor());
    return name.strip().replaceFirst("^SIG", "");
  }

  @ParameterizedTest
  @CsvSource({
    "IOT, 6",
    "CLD, 17",
    "POLL, 29",
    "RTMIN, 34",
    "RTMIN+0, 34",
    "RTMIN+3, 37",
    "SIGRTMIN+30, 64",
    "RTMAX, 64",
    "rtmax-30, 34",
    "015, 15",
  })
  void othersAreAccepted(String name, int signal) throws UsageError {
    assertEquals(signal, SignalName.parse(bytes(name)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "0",
        "32",
        "33",
        "65",
        "99999999999999999999",
        "-1",
        "+15",
        "15 ",
        " TERM",
        "SIG",
        "SIGSIGTERM",
        "TERMINATE",
        "RTMIN+31",
        "RTMIN-1",
        "RTMAX-31",
        "RTMAX+1",
        "RTMIN+",
        "RTMIN+x",
        "RTMIN+4294967297",
        "NOSUCH",
        "T\u00e9RM"
      })
  void anythingElseIsRefused(String name) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    UsageError error = assertThrows(UsageError.class, () -> SignalName.parse(text));
    assertEquals("not a signal", error.getMessage());
    assertArrayEquals(text, error.subject());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
