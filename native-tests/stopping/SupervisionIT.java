package stopping;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Tool;

/** iosock as the parent and as the child of other processes; not as process 1. */
class SupervisionIT {

  private static final int SIGTERM = 15;

  @TempDir Path directory;

  @Test
  void aSubreaperReapsOrphansAndDoesNotTakeThemForTheCommand() throws Exception {
    String script =
        "for i in $(seq 100); do (sh -c 'exit 3' & sh -c 'kill -9 $$' & exec true) & done; wait;"
            + " (sleep 1000 & echo $! >o; mv o orphan); read x; exit 7";
    try (Iosock iosock = Iosock.in(directory).startWith("-s", "./s.sock", "sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("orphan")));
      long orphan = Long.parseLong(Files.readString(directory.resolve("orphan")).strip());
      assertEquals("" + iosock.pid(), Proc.status(orphan, "PPid"));
      await().atMost(20, SECONDS).until(() -> Proc.children(iosock.pid()).size() == 2);
      Proc.signal(orphan, "-KILL");
      await().atMost(20, SECONDS).until(() -> Proc.children(iosock.pid()).size() == 1);
      try (Client client = iosock.connect()) {
        client.send("go\n");
        assertEquals(7, iosock.exitCode());
      }
    }
  }

  @Test
  void withoutTheOptionOrphansAreLeftToProcess1() throws Exception {
    String script = "(sleep 1000 & echo $! >o; mv o orphan); read x";
    try (Iosock iosock = Iosock.in(directory).start("sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("orphan")));
      long orphan = Long.parseLong(Files.readString(directory.resolve("orphan")).strip());
      assertFalse(Proc.status(orphan, "PPid").equals("" + iosock.pid()));
      Proc.signal(orphan, "-KILL");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--parent-death TERM ./s.sock, TERM",
    "--parent-death SIGINT ./s.sock, TERM",
    "--parent-death USR1 ./s.sock, USR1",
    "--parent-death HUP -p ./s.sock, HUP",
  })
  void theCommandIsToldWhenTheParentDies(String arguments, String signal) throws Exception {
    String command =
        "trap \"echo told >t; mv t told; exit\" "
            + signal
            + "; echo >r; mv r ready;"
            + " while :; do sleep 0.1; done";
    Process parent = startParent(arguments + " sh -c '" + command + "'");
    long iosock = child(parent);
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("ready")));
    parent.destroyForcibly();
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("told")));
    await().atMost(20, SECONDS).until(() -> Proc.isGone(iosock));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  @Test
  void withoutTheOptionNothingHappensWhenTheParentDies() throws Exception {
    Process parent = startParent("./s.sock sleep 1000");
    long iosock = child(parent);
    await().atMost(20, SECONDS).until(() -> Proc.isListening(iosock));
    parent.destroyForcibly();
    parent.waitFor();
    try (Client client = Client.connect(directory.resolve("s.sock"))) {
      assertFalse(Proc.isGone(iosock));
      Proc.signal(iosock, "-TERM");
      assertEquals("", client.readAllText());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--serve ./s.sock", "--connect ./other.sock"})
  void aServerAndAClientEndWithTheirParent(String arguments) throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (Iosock server = Iosock.in(other).startWith("../other.sock", "cat").awaitListening()) {
      Process parent = startParent("--parent-death TERM " + arguments);
      long iosock = child(parent);
      await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock) > 0);
      parent.destroyForcibly();
      await().atMost(20, SECONDS).until(() -> Proc.isGone(iosock));
      assertFalse(Files.exists(directory.resolve("s.sock")));
      assertTrue(server.process().isAlive());
    }
  }

  /** The kernel tells nothing of a death that came before it was asked. */
  @Test
  void aParentThatHasDiedDuringTheStartCounts() throws Exception {
    // What bin/iosock executes is the java beside it, so this one holds it up.
    Path bin = Files.createDirectory(directory.resolve("bin"));
    Path program = Path.of(System.getProperty("iosock.image"), "bin/iosock");
    Path java = bin.resolve("java");
    String script =
        "#!/bin/sh\n: >started; until [ -e go ]; do sleep 0.05; done; exec %s \"$@\"\n"
            .formatted(program.resolveSibling("java"));
    String copies = "set -e; cp \"$1\" bin; cat >bin/java; chmod +x bin/java";
    assertEquals(
        new Run(0, ""),
        Run.withInput(directory, script, "sh", "-c", copies, "sh", program.toString()));
    assertTrue(Files.isExecutable(java));
    String line =
        "bin/iosock --parent-death TERM ./s.sock sleep 1000 </dev/null"
            + " >/dev/null 2>&1 & echo $!; until [ -e started ]; do sleep 0.05; done";
    long iosock = Long.parseLong(Run.of(directory, "sh", "-c", line).output().strip());
    assertFalse(Proc.isGone(iosock));
    Files.createFile(directory.resolve("go"));
    await().atMost(20, SECONDS).until(() -> Proc.isGone(iosock));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  /** Not the command, which is a child of iosock's. */
  @Test
  void theSignalOfTheParentsDeathIsNotInherited() throws Exception {
    Tool.require("setpriv", "util-linux");
    try (Iosock iosock =
        Iosock.in(directory).startWith("--parent-death", "TERM", "-", "setpriv", "--dump")) {
      assertEquals(0, iosock.exitCode());
      String dump = iosock.output();
      assertEquals("[none]", dump.replaceAll("(?s).*Parent death signal: (\\S+)\n.*", "$1"), dump);
    }
  }

  @Test
  @Timeout(300)
  void everyExitCodeCanBecomeZero() throws Exception {
    Iosock.script(directory);
    String line =
        "seq 0 255 | xargs -P 4 -I@ sh -c './iosock -e @ - sh -c \"exit @\" </dev/null || echo @'";
    assertEquals(new Run(0, ""), Run.of(directory, "sh", "-c", line));
  }

  @ParameterizedTest
  @CsvSource({
    "-e 3 -e 4, exit 3, 0",
    "-e 3 -e 4, exit 4, 0",
    "-e 3 -e 4, exit 5, 5",
    "-e 143, kill -TERM $$, 0",
    "-e 142, kill -TERM $$, 143",
    "-e 1, exec nosuch, 127",
  })
  void onlyTheseBecomeZero(String options, String script, int code) throws Exception {
    assertEquals(code, exitCode(options + " -", "sh", "-c", script));
  }

  /** They are no exit codes of the command. */
  @Test
  void iosocksOwnExitCodesStay() throws Exception {
    assertEquals(127, exitCode("-e 127 -", "./nosuch"));
    assertEquals(126, exitCode("-e 126 -", "/"));
    assertEquals(125, exitCode("-e 125 ./nodir/s.sock", "true"));
  }

  private int exitCode(String arguments, String... command) throws Exception {
    String[] all = (arguments + " ").split(" ");
    String[] line =
        List.of(List.of(all), List.of(command)).stream()
            .flatMap(List::stream)
            .toArray(String[]::new);
    try (Iosock iosock = Iosock.in(directory).startWith(line)) {
      return iosock.exitCode();
    }
  }

  /** A process whose child is iosock; its standard input never ends. */
  private Process startParent(String arguments) throws Exception {
    Iosock.script(directory);
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "in"));
    List<String> line = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    line.addAll(List.of("sh", "-c", "./iosock " + arguments + " 0<>in; exit 1"));
    return Forks.start(
        new ProcessBuilder(line)
            .directory(directory.toFile())
            .redirectInput(new File("/dev/null"))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(Redirect.DISCARD));
  }

  private static long child(Process parent) {
    await().atMost(20, SECONDS).until(() -> Proc.children(parent.pid()).size() == 1);
    return Proc.children(parent.pid()).getFirst();
  }
}
