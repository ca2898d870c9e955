package support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The C programs of the tests, in {@code native-tests/programs}. */
public final class Programs {

  private static final Path SOURCES = Path.of(System.getProperty("iosock.sources"), "programs");
  private static final Path BINARIES = Path.of(System.getProperty("iosock.scratch"));

  private Programs() {}

  /**
   * Compiles a program, unless the compiled one is newer than its source.
   *
   * @return its path
   */
  public static synchronized String compiled(String name) throws IOException, InterruptedException {
    Path source = SOURCES.resolve(name + ".c");
    Path binary = BINARIES.resolve(name);
    if (Files.exists(binary)
        && Files.getLastModifiedTime(binary).compareTo(Files.getLastModifiedTime(source)) > 0) {
      return binary.toString();
    }
    Tool.require("cc", "gcc");
    Files.createDirectories(BINARIES);
    Process compiler =
        Forks.start(
            new ProcessBuilder("cc", "-Wall", "-Werror", "-O1", "-o", "" + binary, "" + source)
                .redirectErrorStream(true));
    byte[] output = compiler.getInputStream().readAllBytes();
    assertEquals(0, compiler.waitFor(), new String(output, StandardCharsets.UTF_8));
    return binary.toString();
  }
}
