package iosock.signal;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Signals;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** SIGTERM before a SignalPipe is open: the VM's own handler begins to end the VM. */
class StartupSignalsTest {

  @Test
  void aSignalIsDeferredUntilItCanBeHandled() throws Exception {
    Process program =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                "target/classes:target/test-classes",
                SlowStart.class.getName())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try (BufferedReader output = program.inputReader()) {
      assertEquals("ready", output.readLine());
      program.toHandle().destroy();
      await().atMost(20, SECONDS).until(() -> isEnding(program.pid()));
      assertTrue(program.isAlive());
      program.outputWriter().append("go\n").flush();
      assertEquals(Signals.SIGTERM, program.waitFor());
    } finally {
      program.destroyForcibly();
    }
  }

  /** Whether the VM has started the thread that handles the signal in Java. */
  private static boolean isEnding(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        if (Files.readString(thread.resolve("comm")).startsWith("SIGTERM")) {
          return true;
        }
      }
    }
    return false;
  }
}
