package container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** The systemd units for a server without a container. */
class ServiceUnitIT {

  @TempDir Path directory;

  @Test
  void systemdAcceptsItAndItsSocket() throws Exception {
    Tool.require("systemd-analyze", "systemd");
    String unit = Files.readString(Examples.file("cmd.service"));
    Path file = directory.resolve("cmd.service");
    Files.writeString(file, unit.replace("/opt/iosock", System.getProperty("iosock.image")));
    Path socket = Files.copy(Examples.file("cmd.socket"), directory.resolve("cmd.socket"));
    // It exits with 0 even if it ignores a line.
    assertEquals(
        new Run(0, ""), Run.of(directory, "systemd-analyze", "verify", "" + socket, "" + file));
  }
}
