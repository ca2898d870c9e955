package support;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A command line that bash runs in a directory where iosock is {@code ./iosock}. Closing it kills
 * what still runs.
 */
public final class Line implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Process shell;
  private final Path output;

  private Line(Process shell, Path output) {
    this.shell = shell;
    this.output = output;
  }

  /** With nothing to read. */
  public static Line start(Path directory, String line) throws IOException {
    Iosock.script(directory);
    File output = directory.resolve("output" + COUNT.incrementAndGet()).toFile();
    List<String> command = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    command.addAll(List.of("bash", "-c", line));
    Process shell =
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(output)
            .redirectErrorStream(true)
            .start();
    return new Line(shell, output.toPath());
  }

  /** Waits for its end. */
  public int exitCode() throws IOException, InterruptedException {
    assertTrue(shell.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS), "still running: " + output());
    return shell.exitValue();
  }

  public boolean isRunning() {
    return shell.isAlive();
  }

  /** What was written so far, errors too. */
  public String output() throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  /** All that it has started and that has not ended, and what those have started. */
  public List<Long> processes() {
    return shell.descendants().map(ProcessHandle::pid).toList();
  }

  /**
   * @param word one of a process's arguments
   */
  public long process(String word) throws IOException {
    for (long process : processes()) {
      String arguments = Files.readString(Path.of("/proc/" + process + "/cmdline"));
      if (List.of(arguments.split("\0")).contains(word)) {
        return process;
      }
    }
    throw new AssertionError("none of its processes has the argument " + word);
  }

  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(shell.descendants().toList());
    all.add(shell.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    // Zombies may be left for a while: they are another's children by now.
    await()
        .atMost(PATIENCE)
        .until(() -> all.stream().allMatch(process -> Proc.program(process.pid()).isEmpty()));
  }
}
