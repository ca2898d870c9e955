package container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** The unit that runs a server without a container. */
class ServiceUnitIT {

  @TempDir Path directory;

  @Test
  void systemdUnderstandsIt() throws Exception {
    Tool.require("systemd-analyze", "systemd");
    String unit = Files.readString(Examples.file("cmd.service"));
    Path file = directory.resolve("cmd.service");
    Files.writeString(file, unit.replace("/opt/iosock", System.getProperty("iosock.image")));
    // It exits with 0 where it knows no better than to ignore a line.
    assertEquals(new Run(0, ""), Run.of(directory, "systemd-analyze", "verify", "" + file));
  }
}
