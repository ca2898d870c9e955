package support;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A program that has ended: its exit code, and what it wrote to stdout and stderr. */
public record Run(int exitCode, String output) {

  private static final int TIMEOUT_SECONDS = 60;

  /** In {@code directory}, with an empty stdin; stderr goes to the same pipe as stdout. */
  public static Run of(Path directory, String... command) throws IOException, InterruptedException {
    return withInput(directory, "", command);
  }

  public static Run withInput(Path directory, String input, String... command)
      throws IOException, InterruptedException {
    Process process =
        Forks.start(
            new ProcessBuilder(List.of(command))
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectInput(Redirect.PIPE));
    process.getOutputStream().write(input.getBytes(StandardCharsets.ISO_8859_1));
    process.getOutputStream().close();
    byte[] output = process.getInputStream().readAllBytes();
    assertTrue(process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS), "still running");
    return new Run(process.exitValue(), new String(output, StandardCharsets.ISO_8859_1));
  }
}
