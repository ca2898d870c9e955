package support;

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
 * all of its processes.
 */
public final class Line implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Process shell;
  private final Path output;

  private Line(Process shell, Path output) {
    this.shell = shell;
    this.output = output;
  }

  /** Its stdin is /dev/null. */
  public static Line start(Path directory, String line) throws IOException {
    Iosock.script(directory);
    File output = directory.resolve("output" + COUNT.incrementAndGet()).toFile();
    List<String> command = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    command.addAll(List.of("bash", "-c", line));
    Process shell =
        Forks.start(
            new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(output)
                .redirectErrorStream(true));
    return new Line(shell, output.toPath());
  }

  /** Waits for its end. */
  public int exitCode() throws IOException, InterruptedException {
    assertTrue(shell.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS), "still running: " + output());
    return shell.exitValue();
  }

  public boolean isRunning() {
    return shell.isAlive();
  }

  /** Everything written to stdout and stderr so far. */
  public String output() throws IOException {
    return Files.readString(output, StandardCharsets.ISO_8859_1);
  }

  /** The processes of the line that have not ended. */
  public List<Long> processes() {
    return shell.descendants().map(ProcessHandle::pid).toList();
  }

  /** The process of the line that has this argument. */
  public long process(String argument) throws IOException {
    for (long process : processes()) {
      String arguments =
          Files.readString(Path.of("/proc/" + process + "/cmdline"), StandardCharsets.ISO_8859_1);
      if (List.of(arguments.split("\0")).contains(argument)) {
        return process;
      }
    }
    throw new AssertionError("no process has the argument " + argument);
  }

  @Override
  public void close() {
    Proc.killAll(Proc.tree(shell.toHandle()));
  }
}
