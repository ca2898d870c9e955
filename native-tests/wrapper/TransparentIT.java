package wrapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Build;
import support.Forks;
import support.Iosock;
import support.Programs;
import support.Run;

/** The command sees what it would see without iosock, run by the jar or the image. */
class TransparentIT {

  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGUSR1 = 10;
  private static final int SIGCHLD = 17;
  private static final int SIGTSTP = 20;
  private static final int SIGWINCH = 28;

  /** Keeps the limit of open files as it is, which the VM would raise before iosock runs. */
  private static final String KEEP_LIMIT = "-XX:-MaxFDLimit";

  @TempDir Path directory;

  @Test
  void everythingAtOnce() throws Exception {
    String[] setup = {
      Programs.compiled("setup"),
      "-i" + SIGHUP,
      "-i" + SIGUSR1,
      "-i" + SIGCHLD,
      "-i" + SIGWINCH,
      "-b" + SIGINT,
      "-b" + SIGTSTP,
      "-b" + SIGCHLD,
      "-d7",
      "-d63",
      "sh",
      "-c",
      "umask 027; ulimit -Sn 300; ulimit -c 0; ulimit -Ss 4096; exec \"$@\"",
      "sh"
    };
    assertSame(setup, "one", "", "two words", "*");
  }

  @Test
  void anOrdinaryStart() throws Exception {
    assertSame(new String[] {"env"});
  }

  @Test
  void anEmptyEnvironment() throws Exception {
    assertSame(new String[] {"env", "-i", "A=b", "PATH=" + System.getenv("PATH")});
  }

  /** In a charset that cannot decode them, and bytes that are no text in any. */
  @Test
  void argumentsAndEnvironmentToTheByte() throws Exception {
    String script =
        "LC_ALL=C; odd=$(printf '\\377\\001\\200'); export LC_ALL odd;"
            + " exec \"$@\" \"$odd\" '\u00fc' \"$(printf 'a\\nb')\" ''";
    assertSame(new String[] {"sh", "-c", script, "sh"});
    assertTrue(Files.readString(directory.resolve("direct")).contains("argument ff0180\n"));
  }

  /** The VM has raised the soft limit; iosock takes that of its parent. */
  @Test
  void theOpenFileLimitOfTheShell() throws Exception {
    List<String> script =
        new ArrayList<>(List.of("sh", "-c", "ulimit -Sn 257; \"$@\"; exit $?", "sh"));
    script.addAll(Build.JAR.commandLine(List.of()));
    script.addAll(List.of("s.sock", "sh", "-c", "ulimit -Sn; ulimit -Hn"));
    Run direct = Run.of(directory, "sh", "-c", "ulimit -Sn 257; ulimit -Sn; ulimit -Hn");
    assertEquals(direct, Run.of(directory, script.toArray(String[]::new)));
  }

  @Test
  void theOpenFileLimitOfTheImage() throws Exception {
    String iosock = Path.of(System.getProperty("iosock.image"), "bin", "iosock").toString();
    assertEquals(
        new Run(0, "258\n"),
        Run.of(
            directory,
            "sh",
            "-c",
            "ulimit -Sn 258; exec \"$@\"",
            "sh",
            iosock,
            "s.sock",
            "sh",
            "-c",
            "ulimit -Sn"));
  }

  /** The VM replaces ignored signals by handlers; bin/iosock reads before which are ignored. */
  @Test
  void ignoredSignalsThroughBinIosock() throws Exception {
    String iosock = Path.of(System.getProperty("iosock.image"), "bin", "iosock").toString();
    String ignored = "trap '' HUP INT QUIT PIPE TERM USR1 USR2 XFSZ; exec \"$@\"";
    String look = Programs.compiled("probe") + " | grep SigIgn";
    Run direct = Run.of(directory, "sh", "-c", ignored, "sh", "sh", "-c", look);
    assertEquals(
        direct, Run.of(directory, "sh", "-c", ignored, "sh", iosock, "s.sock", "sh", "-c", look));
  }

  @Test
  void theImageWorksThroughASymbolicLinkAndWithoutItsLauncher() throws Exception {
    Path image = Path.of(System.getProperty("iosock.image"), "bin");
    Run hello = new Run(6, "hello\n");
    String[] command = {"s.sock", "sh", "-c", "echo hello; exit 6"};
    String link = "ln -s " + image.resolve("iosock") + " link; ./link \"$@\"; echo $?; rm link";
    assertEquals(
        new Run(0, "hello\n6\n"),
        Run.of(directory, concat(List.of("sh", "-c", link, "sh"), command)));
    assertEquals(
        hello,
        Run.of(directory, concat(List.of("" + image.resolve("java"), "-m", "iosock"), command)));
  }

  /**
   * @param setup a command that executes its last arguments
   */
  private void assertSame(String[] setup, String... arguments) throws Exception {
    String probe = Programs.compiled("probe");
    List<String> direct = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    direct.addAll(List.of(setup));
    direct.add(probe);
    direct.addAll(List.of(arguments));
    Path expected = directory.resolve("direct");
    Process process =
        Forks.start(
            new ProcessBuilder(direct)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(expected.toFile())
                .redirectError(Redirect.INHERIT));
    assertEquals(0, process.waitFor());
    for (Build build : Build.values()) {
      try (Iosock iosock =
          Iosock.in(directory)
              .as(build)
              .under(setup)
              .withJava(KEEP_LIMIT)
              .start(concat(List.of(probe), arguments))) {
        assertEquals(0, iosock.exitCode(), build::name);
        String output = Files.readString(expected, StandardCharsets.ISO_8859_1);
        assertEquals(output, iosock.output(), build::name);
        assertEquals("", iosock.errors(), build::name);
      }
    }
  }

  private static String[] concat(List<String> before, String... after) {
    List<String> all = new ArrayList<>(before);
    all.addAll(List.of(after));
    return all.toArray(String[]::new);
  }
}
