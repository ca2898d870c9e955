package arm64;

import static java.util.concurrent.TimeUnit.MINUTES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import support.Run;
import support.Tool;

/**
 * On aarch64, on whatever machine the tests run: an emulator boots a system of Debian's kernel, its
 * JDK, busybox and nc, which runs the checks of the script {@code checks}. {@code -Parm64} runs it.
 */
@Tag("arm64")
class SystemIT {

  private static final Path SOURCES = Path.of(System.getProperty("iosock.sources"));
  private static final Path BOOT = SOURCES.resolve("arm64/system");
  private static final Path UNPACK = SOURCES.resolveSibling("src/main/aarch64/packages");
  private static final Path WORK = Path.of(System.getProperty("iosock.scratch"), "arm64");
  private static final Path ROOT = WORK.resolve("root");

  private static final String CHECKS =
      System.getProperty("iosock.arm64.checks", "").replaceAll("\\s+", " ");

  /** All that runs there, with the libraries that it needs. */
  private static final List<String> PACKAGES =
      List.of(
          "linux-image-arm64",
          "busybox-static",
          "netcat-openbsd",
          "libbsd0",
          "libmd0",
          "openjdk-25-jre-headless",
          "libc6",
          "libgcc-s1",
          "libstdc++6",
          "zlib1g");

  /**
   * The image's archive for aarch64, if not the jar is to be run; {@code -Pdist-aarch64} makes it.
   */
  private static final String ARCHIVE = System.getProperty("iosock.arm64.archive", "");

  private static final String JAR_SCRIPT =
      """
      #!/bin/sh
      exec /usr/lib/jvm/java-25-openjdk-arm64/bin/java --enable-native-access=ALL-UNNAMED \\
        -jar /iosock.jar "$@"
      """;

  @BeforeAll
  @Timeout(value = 5, unit = MINUTES)
  static void unpackThePackages() throws Exception {
    Tool.require("qemu-system-aarch64", "qemu-system-arm");
    Tool.require("cpio", "cpio");
    Tool.require("apt-get", "apt");
    Files.createDirectories(WORK);
    Tool.requireToRun(script(UNPACK, PACKAGES), "it needs Debian's packages for arm64");
  }

  /** All checks take some ten minutes where other tests use the processors too. */
  @Test
  @Timeout(value = 25, unit = MINUTES)
  void passesTheChecks() throws Exception {
    if (ARCHIVE.isEmpty()) {
      Files.copy(Path.of(System.getProperty("iosock.jar")), ROOT.resolve("iosock.jar"));
      Path program = Files.writeString(ROOT.resolve("iosock"), JAR_SCRIPT);
      assertTrue(program.toFile().setExecutable(true));
    } else {
      Path image = Files.createDirectory(ROOT.resolve("image"));
      Run unpacked = Run.of(image, "tar", "-xf", ARCHIVE, "--strip-components=1");
      assertEquals(new Run(0, ""), unpacked);
      Files.createSymbolicLink(ROOT.resolve("iosock"), Path.of("image/bin/iosock"));
    }
    Run run = script(BOOT, List.of(CHECKS.split(" ")));
    assertEquals("passed: " + CHECKS, lastLineOfTheChecks(run), run.output());
  }

  /** The kernel may print more as it switches the system off. */
  private static String lastLineOfTheChecks(Run run) {
    return run.output()
        .lines()
        .filter(line -> line.startsWith("passed:"))
        .reduce("", (before, last) -> last);
  }

  /**
   * The scripts end by themselves, unless the system hangs; JUnit would leave the emulator behind.
   */
  private static Run script(Path path, List<String> arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("timeout", "--kill-after=5", "1200"));
    command.addAll(List.of("" + path, "" + WORK));
    command.addAll(arguments);
    return Run.of(WORK, command.toArray(String[]::new));
  }
}
