package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** {@code iosock(1)} in the image. */
class ManualPageIT {

  private static final Path MANUAL = Path.of(System.getProperty("iosock.image"), "share/man");

  @TempDir Path directory;

  @Test
  void mandocReportsNoWarning() throws Exception {
    Tool.require("mandoc", "mandoc");
    String page = MANUAL.resolve("man1/iosock.1").toString();
    Run run = Run.of(directory, "mandoc", "-T", "lint", "-W", "warning", page);
    assertEquals("", run.output());
    assertEquals(0, run.exitCode());
  }

  @Test
  void manFindsAndFormatsIt() throws Exception {
    Tool.require("man", "man-db");
    Run run = Run.of(directory, "man", "-M", MANUAL.toString(), "iosock");
    assertEquals(0, run.exitCode(), run.output());
    assertTrue(run.output().startsWith("IOSOCK(1)"), run.output());
    assertTrue(run.output().contains("EXIT STATUS"), run.output());
  }
}
