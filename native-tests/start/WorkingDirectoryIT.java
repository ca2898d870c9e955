package start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Programs;
import support.Root;
import support.Run;

/** {@code bin/iosock} in a directory that getcwd(3) cannot name, where the VM does not start. */
class WorkingDirectoryIT {

  private static final String IOSOCK =
      Path.of(System.getProperty("iosock.image"), "bin/iosock").toString();

  private static final String REMOVED = "mkdir d; cd d; rmdir ../d; ";

  /** Longer than PATH_MAX; a shell that goes there complains too. */
  private static final String TOO_DEEP =
      "name=$(printf %0200d 0); for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22;"
          + " do mkdir -p $name; cd -P $name 2>/dev/null; done; ";

  @TempDir Path directory;

  /** A directory that is too deep, for which the paths of Java are too long, and a link. */
  @AfterEach
  void remove() throws Exception {
    assertEquals(new Run(0, ""), Run.of(directory, "sh", "-c", "rm -rf 0* image"));
  }

  @Test
  void theCommandSeesARemovedDirectoryAsWithoutIosock() throws Exception {
    assertSame(REMOVED);
  }

  @Test
  void theCommandSeesADirectoryThatIsTooDeepAsWithoutIosock() throws Exception {
    assertSame(TOO_DEEP);
  }

  /** No shell runs in iosock: its complaint would be output. */
  private void assertSame(String where) throws Exception {
    String probe = Programs.compiled("probe");
    Run direct = in(where, probe + " 4</dev/null");
    assertTrue(direct.output().contains("descriptor 4 /dev/null\n"), direct.output());
    assertTrue(direct.output().contains("directory (null)\n"), direct.output());
    assertEquals(
        withoutUnderscore(direct),
        withoutUnderscore(in(where, IOSOCK + " - " + probe + " 4</dev/null")));
    Run inodes = in(where, "stat -c %i .; " + IOSOCK + " - stat -c %i .");
    assertEquals(0, inodes.exitCode());
    String[] lines = inodes.output().split("\n");
    assertEquals(List.of(lines[0], lines[0]), List.of(lines));
  }

  /** A shell may set the variable _ to the program that it starts. */
  private static List<String> withoutUnderscore(Run probe) {
    return probe.output().lines().filter(line -> !line.startsWith("variable 5f3d")).toList();
  }

  @Test
  void everyModeRunsInARemovedDirectory() throws Exception {
    String name = "@iosock-removed-" + ProcessHandle.current().pid();
    assertEveryMode(REMOVED, name + "-pipes", name + "-pty", name + "-serve");
  }

  @Test
  void aRelativeSocketIsInTheDirectoryThatIsTooDeep() throws Exception {
    assertEveryMode(TOO_DEEP, "./a.sock", "./b.sock", "./c.sock");
  }

  /** Each server answers one client, which tries until it is there; a terminal echoes. */
  private void assertEveryMode(String where, String pipes, String pty, String serve)
      throws Exception {
    String script =
        """
        say() {
          until echo "$2" | "$0" --connect "$1" 2>/dev/null; do :; done
        }
        "$0" PIPES head -n 1 & say PIPES 1; wait $!
        "$0" -p PTY head -n 1 >/dev/null & say PTY 2; wait $!
        echo served | "$0" --serve SERVE >/dev/null & say SERVE 3; wait $!
        "$0" - echo stdio
        "$0" -p - echo terminal
        """;
    Run run = in(where, script.replace("PIPES", pipes).replace("PTY", pty).replace("SERVE", serve));
    assertEquals(new Run(0, "1\n2\r\n2\r\nserved\nstdio\nterminal\r\n"), run);
  }

  /** The image may be named relative to the directory. */
  @Test
  void theProgramMayHaveARelativePath() throws Exception {
    Run link = Run.of(directory, "ln", "-s", System.getProperty("iosock.image"), "image");
    assertEquals(new Run(0, ""), link);
    assertEquals(new Run(0, "here\n"), in(REMOVED, "../image/bin/iosock - echo here"));
  }

  @Test
  void aDirectoryThatCannotBeReadWillDo() throws Exception {
    assertEquals(new Run(0, "here\n"), inRemovedDirectoryOfAnotherUser("711"));
  }

  @Test
  void aDirectoryThatCannotBeSearchedIsSaidInOneLine() throws Exception {
    assertEquals(
        new Run(
            125,
            "iosock: cannot open the working directory, which has no path: Permission denied\n"),
        inRemovedDirectoryOfAnotherUser("700"));
  }

  private Run inRemovedDirectoryOfAnotherUser(String mode) throws Exception {
    Root.require();
    String asUser = String.join(" ", Root.user(65534, 65534));
    String where = "mkdir d; chmod " + mode + " d; cd d; rmdir ../d; ";
    return in(where, asUser + " " + IOSOCK + " - echo here");
  }

  /** Without what the shells say of the directory themselves. */
  private Run in(String where, String script) throws Exception {
    List<String> line = new ArrayList<>(List.of("sh", "-c", where + script, IOSOCK));
    Run run = Run.of(directory, line.toArray(String[]::new));
    String output = run.output().replaceAll("(?m)^\\S*sh: [^\n]*getcwd[^\n]*\n", "");
    return new Run(run.exitCode(), output);
  }
}
