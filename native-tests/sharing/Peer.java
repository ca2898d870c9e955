package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.core.ConditionTimeoutException;
import support.Forks;
import support.Iosock;
import support.Proc;

/**
 * A program that is a client: the test writes its stdin, and its stdout and stderr go to files.
 * Closing it kills the process.
 */
final class Peer implements AutoCloseable {

  private static final int TIMEOUT_SECONDS = 30;
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Process process;
  private final Path output;
  private final Path errors;

  private Peer(Path directory, List<String> command) throws IOException {
    int number = COUNT.incrementAndGet();
    output = directory.resolve("peer" + number + ".out");
    errors = directory.resolve("peer" + number + ".err");
    process =
        Forks.start(
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectOutput(output.toFile())
                .redirectError(errors.toFile()));
  }

  static Peer start(Path directory, String... command) throws IOException {
    return new Peer(directory, List.of(command));
  }

  static Peer iosock(Path directory, String... arguments) throws IOException {
    List<String> line = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of(arguments));
    return new Peer(directory, line);
  }

  Peer send(String text) throws IOException {
    process.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
    process.getOutputStream().flush();
    return this;
  }

  Peer endInput() throws IOException {
    process.getOutputStream().close();
    return this;
  }

  /** Everything written to stdout so far. */
  String output() throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  byte[] outputBytes() throws IOException {
    return Files.readAllBytes(output);
  }

  /** Everything written to stderr so far. */
  String errors() throws IOException {
    return Files.readString(errors, StandardCharsets.ISO_8859_1);
  }

  Peer awaitOutput(String text) throws IOException {
    try {
      await().atMost(TIMEOUT_SECONDS, SECONDS).until(() -> output().contains(text));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not written: " + text + "; instead: " + output() + errors(), e);
    }
    return this;
  }

  int exitCode() throws InterruptedException {
    assertTrue(process.waitFor(TIMEOUT_SECONDS, SECONDS), "still running");
    return process.exitValue();
  }

  boolean isRunning() {
    return process.isAlive();
  }

  long pid() {
    return process.pid();
  }

  @Override
  public void close() {
    Proc.killAll(Proc.tree(process.toHandle()));
  }
}
