package start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Programs;
import support.Run;

/** The script that is {@code bin/iosock} where the build has found no C compiler. */
class ScriptIT {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));
  private static final Path SOURCES = Path.of("src/main/image").toAbsolutePath();

  @TempDir Path directory;
  private String iosock;

  /** As the build does it. The VM finds its image through a link. */
  @BeforeEach
  void makeItWithoutACompiler() throws Exception {
    String script =
        "set -e; mkdir image image/bin; ln -s \"$1/bin/java\" image/bin;"
            + " CC=nosuch \"$2/launcher\" image false";
    assertEquals(
        new Run(0, "nosuch is missing: bin/iosock is a script, which needs a shell\n"),
        sh(script, IMAGE.toString(), SOURCES.toString()));
    iosock = directory.resolve("image/bin/iosock").toString();
    assertTrue(Files.readString(Path.of(iosock)).startsWith("#!/bin/sh\n"));
  }

  @AfterEach
  void removeTheLink() throws IOException {
    Files.delete(directory.resolve("image/bin/java"));
  }

  @Test
  void theArchiveIsNotMadeWithIt() throws Exception {
    assertEquals(
        new Run(1, "nosuch is missing: the archive needs a C compiler\n"),
        sh("CC=nosuch \"$1/launcher\" image true", SOURCES.toString()));
  }

  @Test
  void theCommandSeesVariablesThatTheVmDoesNot() throws Exception {
    String script =
        "JAVA_TOOL_OPTIONS=-bad _JAVA_OPTIONS=\"$(printf 'a\\nb =')\" CLASSPATH= \"$1\" -"
            + " sh -c 'echo \"$JAVA_TOOL_OPTIONS $_JAVA_OPTIONS ${CLASSPATH+set}\"; env | grep ^i'";
    assertEquals(new Run(1, "-bad a\nb = set\n"), sh(script, iosock));
  }

  @Test
  void theCommandFindsIgnoredSignalsIgnored() throws Exception {
    String ignored = "trap '' HUP INT QUIT PIPE TERM USR1 USR2 XFSZ; exec \"$@\"";
    String look = Programs.compiled("probe") + " | grep SigIgn";
    assertEquals(sh(ignored, "sh", "-c", look), sh(ignored, iosock, "s.sock", "sh", "-c", look));
  }

  @Test
  void theCommandIsInTheDirectoryThatWasRemoved() throws Exception {
    String script = "mkdir d; cd d; rmdir ../d; stat -c %i .; \"$1\" - stat -c %i .";
    // A shell may complain of the directory.
    List<String> lines =
        sh(script, iosock).output().lines().filter(line -> !line.contains("getcwd")).toList();
    assertEquals(List.of(lines.getFirst(), lines.getFirst()), lines);
  }

  @Test
  void itIsFoundThroughALink() throws Exception {
    assertEquals(
        new Run(6, "hello\n"), sh("ln -s \"$1\" l; ./l - sh -c 'echo hello; exit 6'", iosock));
  }

  private Run sh(String script, String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    line.addAll(List.of(arguments));
    return Run.of(directory, line.toArray(String[]::new));
  }
}
