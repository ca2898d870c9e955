package container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Dist;
import support.Root;
import support.Run;
import support.Tool;

/** The least that the image needs: threads, and what is mounted. */
class LimitsIT {

  /** Has no process of another test. */
  private static final int USER = 54321;

  private static final Run HELLO = new Run(0, "hello");

  /** Mounts what its first argument says on the root in $0, and executes the others there. */
  private static final String MOUNT = "eval \"$1\" && shift && exec chroot \"$@\"";

  private static final String NOTHING = "true";
  private static final String PROC = "mount -t proc proc \"$0/proc\"";
  @TempDir static Path scratch;

  /** With the image, busybox, and nothing else but the directories for the mounts. */
  private static Path root;

  @BeforeAll
  static void makeRoot() throws Exception {
    Root.require();
    Tool.require("unshare", "util-linux");
    Tool.requireToRun(Run.of(scratch, "unshare", "--mount", "true"), "mounts need root");
    root = Files.createDirectory(scratch.resolve("root"));
    Path image = Dist.WITH_GLIBC.image();
    RootFileSystem.ofBusybox(root, "echo");
    Files.createDirectory(root.resolve("opt"));
    Files.createDirectory(root.resolve("proc"));
    Files.createDirectory(root.resolve("dev"));
    assertEquals(new Run(0, ""), Run.of(root, "cp", "-r", "" + image, "opt/iosock"));
    assertEquals(new Run(0, ""), Run.of(root, "chmod", "755", "" + scratch, "" + root));
  }

  /** As a limit on the processes of a container counts them, with COMMAND. */
  @ParameterizedTest
  @ValueSource(strings = {"@iosock-limits", "-p -", "-"})
  void twelveThreadsAreEnough(String arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(Root.user(USER, USER)));
    line.addAll(List.of("prlimit", "--nproc=12:12"));
    Path image = Path.of(System.getProperty("iosock.image"));
    line.addAll(List.of(image.resolve("bin/iosock").toString()));
    line.addAll(List.of(arguments.split(" ")));
    line.addAll(List.of("echo", "hello"));
    assertEquals(HELLO, stripped(Run.of(Path.of("/"), line.toArray(String[]::new))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0:0", "1000:1000"})
  void procIsEnough(String user) throws Exception {
    assertEquals(HELLO, stripped(inRoot(PROC, user, "@iosock-limits")));
    assertEquals(HELLO, stripped(inRoot(PROC, user, "-")));
  }

  @Test
  void withoutPseudoTerminalsOneLineSaysSo() throws Exception {
    assertEquals(
        error("cannot open a pseudo-terminal: No such file or directory"),
        inRoot(PROC, "0:0", "-p", "-"));
  }

  @Test
  void withoutProcOneLineSaysSo() throws Exception {
    assertEquals(
        error("cannot read /proc/self/exe: No such file or directory"),
        inRoot(NOTHING, "0:0", "-"));
  }

  private static Run inRoot(String mounts, String user, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", MOUNT));
    line.addAll(List.of(root.toString(), mounts, "--userspec=" + user, root.toString()));
    line.add(RootFileSystem.IOSOCK + "/bin/iosock");
    line.addAll(List.of(arguments));
    line.addAll(List.of("/bin/echo", "hello"));
    return Run.of(scratch, line.toArray(String[]::new));
  }

  private static Run error(String text) {
    return new Run(125, "iosock: " + text + "\n");
  }

  /** A terminal ends lines in another way. */
  private static Run stripped(Run run) {
    return new Run(run.exitCode(), run.output().strip());
  }
}
