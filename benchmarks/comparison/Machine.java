package comparison;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The machine and the VM of the measurements. */
final class Machine {

  private Machine() {}

  static String described() throws IOException {
    String model =
        Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
            .filter(line -> line.startsWith("model name"))
            .findFirst()
            .map(line -> line.replaceAll(".*:\\s*", ""))
            .orElse("processor unknown");
    return "%d × %s, Linux %s, Java %s"
        .formatted(
            Runtime.getRuntime().availableProcessors(),
            model,
            System.getProperty("os.version"),
            Runtime.version());
  }
}
