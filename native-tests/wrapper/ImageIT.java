package wrapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import rig.Run;
import rig.Tool;

/** The image, moved to where its users have it. */
class ImageIT {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));
  private static final String NAME = "@iosock-image-" + ProcessHandle.current().pid();

  /** So that the command runs at once. */
  private static final String[] LOOK = {"-m", "iosock", NAME, "true"};

  @TempDir static Path scratch;
  private static Path copy;

  @BeforeAll
  static void itIsCopied() throws Exception {
    copy = scratch.resolve("a copy");
    assertEquals(new Run(0, ""), Run.of(scratch, "cp", "-r", IMAGE.toString(), copy.toString()));
    Files.setPosixFilePermissions(scratch, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  @Test
  void everyClassComesFromTheArchive() throws Exception {
    assertEveryClassComesFromTheArchive(List.of());
  }

  @Test
  void soItDoesForAnyUserWhereNothingCanBeWritten() throws Exception {
    Tool.require("unshare", "util-linux");
    Tool.require("setpriv", "util-linux");
    String readOnly =
        "mount --bind \"$1\" \"$1\" && mount -o remount,ro,bind \"$1\" && shift && exec \"$@\"";
    List<String> unshare =
        List.of("unshare", "--mount", "sh", "-c", readOnly, "sh", copy.toString());
    requireRoot(unshare);
    List<String> nobody = List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups");
    assertEveryClassComesFromTheArchive(concat(unshare, nobody));
  }

  /** The VM keeps all of it in its heap before the program runs. */
  @Test
  void theLongestCommandLineArrives() throws Exception {
    String script =
        "ulimit -s unlimited; a=$(printf %0100000d 1);"
            + " for i in $(seq 56); do set -- \"$@\" $a; done; exec \"$@\"";
    Run run =
        Run.of(
            scratch,
            "sh",
            "-c",
            script,
            "sh",
            copy.resolve("bin/iosock").toString(),
            NAME,
            "sh",
            "-c",
            "echo $# ${#56}",
            "sh");
    assertEquals(new Run(0, "56 100000\n"), run);
  }

  private void assertEveryClassComesFromTheArchive(List<String> before) throws Exception {
    List<String> command = new ArrayList<>(before);
    command.addAll(List.of(copy.resolve("bin/java").toString(), "-Xlog:class+load"));
    command.addAll(List.of(LOOK));
    Run run = Run.of(scratch, command.toArray(new String[0]));
    assertEquals(0, run.exitCode(), run.output());
    assertTrue(run.output().contains("iosock.Main source: shared objects file"), run.output());
    assertFalse(run.output().contains("source: jrt:"), run.output());
  }

  private static void requireRoot(List<String> before) throws IOException, InterruptedException {
    Run run = Run.of(scratch, concat(before, List.of("true")).toArray(new String[0]));
    if (run.exitCode() == 0) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      fail(run.output());
    }
    abort("namespaces need root: " + run.output());
  }

  private static List<String> concat(List<String> first, List<String> second) {
    List<String> all = new ArrayList<>(first);
    all.addAll(second);
    return all;
  }
}
