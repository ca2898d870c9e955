package wrapper;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Build;
import support.Iosock;

/** The exit code is the command's; an error is one line on stderr. */
class ExitCodeIT {

  private static final int MAX_NAME = 107;

  @TempDir Path directory;

  @Test
  @Timeout(600)
  void everyExitCodeOfTheCommand() throws Exception {
    try (ExecutorService two = Executors.newFixedThreadPool(2)) {
      List<Future<Void>> runs = new ArrayList<>();
      for (int code = 0; code < 256; code++) {
        runs.add(two.submit(exit(code)));
      }
      for (Future<Void> run : runs) {
        run.get();
      }
    }
  }

  private Callable<Void> exit(int code) {
    return () -> {
      Path own = Files.createDirectory(directory.resolve("" + code));
      assertRun(Iosock.in(own), code, "", "s.sock", "sh", "-c", "exit " + code);
      return null;
    };
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 6, 9, 10, 11, 13, 15, 34, 64})
  void aSignalThatKilledTheCommand(int signal) throws Exception {
    assertRun(128 + signal, "", "s.sock", "sh", "-c", "ulimit -c 0; kill -" + signal + " $$");
  }

  @Test
  void commandsThatCannotBeRun() throws Exception {
    Files.createDirectory(directory.resolve("folder"));
    Files.writeString(directory.resolve("text"), "no program");
    assertRun(127, "cannot run nosuch: No such file or directory", "s.sock", "nosuch", "-x");
    assertRun(127, "cannot run ./no/such: No such file or directory", "s.sock", "./no/such");
    assertRun(127, "cannot run : No such file or directory", "s.sock", "");
    assertRun(126, "cannot run ./text: Permission denied", "s.sock", "./text");
    assertRun(126, "cannot run ./folder: Permission denied", "s.sock", "./folder");
    assertRun(126, "cannot run ./text/x: Not a directory", "s.sock", "./text/x");
  }

  @Test
  void socketsThatCannotBeBound() throws Exception {
    String inUse = "Address already in use";
    Files.writeString(directory.resolve("file"), "mine");
    Files.createDirectory(directory.resolve("folder"));
    Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    assertRun(125, "cannot bind file: File exists", "file", "touch", "started");
    assertEquals("mine", Files.readString(directory.resolve("file")));
    assertRun(125, "cannot bind folder: File exists", "folder", "touch", "started");
    assertRun(125, "cannot bind dangling: File exists", "dangling", "touch", "started");
    assertRun(125, "cannot bind no/s: No such file or directory", "no/s", "touch", "started");
    assertRun(125, "cannot bind file/s: Not a directory", "file/s", "touch", "started");
    assertRun(125, "cannot bind : No such file or directory", "", "touch", "started");
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      assertRun(125, "cannot bind s.sock: " + inUse, "s.sock", "touch", "started");
      // The live socket still works.
      iosock.connect().close();
    }
    assertFalse(Files.exists(directory.resolve("started")));
  }

  @Test
  void aNameThatIsTooLong() throws Exception {
    String tooLong = "n".repeat(MAX_NAME + 1);
    assertRun(125, "cannot bind " + tooLong + ": File name too long", tooLong, "true");
    String abstractName = "@" + tooLong;
    assertRun(125, "cannot bind " + abstractName + ": File name too long", abstractName, "true");
    assertRun(0, "", "n".repeat(MAX_NAME), "true");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "no SOCKET given|",
        "no COMMAND given|s.sock",
        "unknown option: -x|-x s.sock true",
        "unknown option: --nonsense=1|--nonsense=1 s.sock true",
        "not an octal mode: 9|-m 9 s.sock true",
        "not an octal mode: 1777|--mode=1777 s.sock true",
        "option needs an argument: --mode|--mode",
        "option takes no argument: --help=me|--help=me",
        "not a socket: -|--serve -",
      })
  void misuse(String complaint, String arguments) throws Exception {
    String[] split = arguments == null ? new String[0] : arguments.split(" ");
    assertRun(125, complaint + " (see iosock --help)", split);
  }

  @Test
  void controlCharactersInAnErrorAreReplaced() throws Exception {
    assertRun(127, "cannot run a?b?c: No such file or directory", "s.sock", "a\nb\033c");
  }

  @Test
  void helpAndVersion() throws Exception {
    try (Iosock iosock = Iosock.in(directory).startWith("--help")) {
      assertEquals(0, iosock.exitCode());
      assertEquals("Usage: iosock", iosock.output().substring(0, "Usage: iosock".length()));
    }
    try (Iosock iosock = Iosock.in(directory).startWith("-V")) {
      assertEquals(0, iosock.exitCode());
      assertEquals("iosock ", iosock.output().substring(0, "iosock ".length()));
    }
  }

  @Test
  void helpThatCannotBeWritten() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(ProcessBuilder.Redirect.to(Path.of("/dev/full").toFile()))
            .startWith("--help")) {
      assertEquals(125, iosock.exitCode());
      assertEquals(
          "iosock: cannot write to standard output: No space left on device\n", iosock.errors());
    }
  }

  /** Runs the jar, whose VM is not told to keep quiet. */
  private void assertRun(int code, String complaint, String... arguments) throws Exception {
    assertRun(Iosock.in(directory).as(Build.JAR), code, complaint, arguments);
  }

  /** An empty complaint means none. The socket must be gone, unless it could not be bound. */
  private static void assertRun(
      Iosock.Builder builder, int code, String complaint, String... arguments) throws Exception {
    try (Iosock iosock = builder.startWith(arguments)) {
      assertEquals(code, iosock.exitCode(), () -> String.join(" ", arguments));
      assertEquals(complaint.isEmpty() ? "" : "iosock: " + complaint + "\n", iosock.errors());
      boolean wasThere = arguments.length > 1 && complaint.contains("bind");
      if (arguments.length > 0 && !wasThere) {
        assertFalse(Files.exists(iosock.directory().resolve(arguments[0])), "left behind");
      }
    }
  }
}
