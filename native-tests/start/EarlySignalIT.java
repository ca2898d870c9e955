package start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Programs;
import support.Root;
import support.Run;

/**
 * A signal at a random moment of the start, from the moment on at which {@code bin/iosock} blocks
 * it. As process 1 a signal that is neither blocked nor caught would be lost.
 */
class EarlySignalIT {

  private static final String IOSOCK =
      Path.of(System.getProperty("iosock.image"), "bin/iosock").toString();

  @TempDir Path directory;

  /** SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2, which the VM uses, SIGTERM, SIGRTMAX. */
  @ParameterizedTest
  @CsvSource({"1, 129", "2, 143", "3, 131", "10, 138", "12, 140", "15, 143", "64, 192"})
  void noneOfAFewIsLost(int signal, int exitCode) throws Exception {
    Root.require();
    assertNoneIsLost(3, signal, exitCode, "-1");
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"1, 129", "2, 143", "15, 143"})
  void noneOf200IsLost(int signal, int exitCode) throws Exception {
    assertNoneIsLost(200, signal, exitCode);
  }

  @Tag("long")
  @ParameterizedTest
  @CsvSource({"1, 129", "2, 143", "12, 140", "15, 143"})
  void noneOf200IsLostByProcess1(int signal, int exitCode) throws Exception {
    Root.require();
    assertNoneIsLost(200, signal, exitCode, "-1");
  }

  /** A signal that is lost makes this run as long as the command. */
  private void assertNoneIsLost(int count, int signal, int exitCode, String... first)
      throws Exception {
    Random random = new Random();
    int start = microsecondsOfAStart();
    for (int i = 0; i < count; i++) {
      int delay = random.nextInt(start);
      List<String> line = new ArrayList<>(List.of(Programs.compiled("early")));
      line.addAll(List.of(first));
      line.addAll(List.of("" + signal, "" + delay, IOSOCK, "./s.sock", "sleep", "20"));
      Run run = Run.of(directory, line.toArray(String[]::new));
      assertEquals(new Run(0, "exited " + exitCode + "\n"), run, () -> "after µs: " + delay);
      assertFalse(Files.exists(directory.resolve("s.sock")));
    }
  }

  private int microsecondsOfAStart() throws IOException, InterruptedException {
    long begin = System.nanoTime();
    assertEquals(new Run(0, ""), Run.of(directory, IOSOCK, "./s.sock", "true"));
    return (int) ((System.nanoTime() - begin) / 1000);
  }
}
