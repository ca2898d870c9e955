package container;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Client;

/** iosock as process 1 of a container. */
@Isolated("containers must stop within a time")
class ContainerIT {

  /** Podman sends SIGKILL after twice as long. */
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private static final String SHELL_PROMPT = "$ ";

  @TempDir static Path scratch;
  private static Podman podman;
  private static RootFileSystem files;

  @TempDir Path directory;

  @BeforeAll
  static void openPodman() throws Exception {
    podman = Podman.open(Files.createDirectory(scratch.resolve("podman")));
    files =
        RootFileSystem.of(
                Files.createDirectory(scratch.resolve("files")),
                "sh",
                "cat",
                "sleep",
                "grep",
                "readlink")
            .withImage();
  }

  @AfterAll
  static void closePodman() throws Exception {
    if (podman != null) {
      podman.close();
    }
  }

  @Test
  void theCommandOutlivesItsClients() throws Exception {
    try (Container container = container().start(files, Container.SOCKET, "sh")) {
      try (Client client = container.connect()) {
        assertEquals("1 512", client.send("x=kept; echo $PPID $(ulimit -n)\n").readLine());
      }
      try (Client client = container.connect()) {
        assertEquals("kept", client.send("echo $x\n").readLine());
        assertEquals("", client.send("exit 3\n").readAllText());
      }
      assertEquals(3, container.exitCode());
      assertEquals(3, container.recordedExitCode());
      assertEquals("", container.logs());
      assertFalse(Files.exists(container.socket()));
    }
  }

  @Test
  void theLogsHoldWhatWasWrittenWhileNoClientWasConnected() throws Exception {
    String script =
        "trap 'echo after' USR1; echo before; while :; do read x && echo \"received $x\"; done";
    try (Container container = container().start(files, Container.SOCKET, "sh", "-c", script)) {
      container.awaitLogs("before");
      try (Client client = container.connect()) {
        assertEquals("received this", client.send("this\n").readLine());
      }
      container.kill("USR1");
      container.awaitLogs("after");
      assertEquals("before\nafter\n", container.logs());
    }
  }

  @Test
  void stopExitsWithTheCommandsCode() throws Exception {
    String script = "trap 'echo bye; exit 9' TERM; echo ready; while :; do read x; done";
    try (Container container = container().start(files, Container.SOCKET, "sh", "-c", script)) {
      container.awaitLogs("ready");
      assertStops(container, 9);
      assertEquals("ready\nbye\n", container.logs());
    }
  }

  @Test
  void stopEndsAShellByItsOwnStopSignal() throws Exception {
    try (Container container =
        container()
            .with("--stop-signal=SIGHUP", "--env=PS1=" + SHELL_PROMPT)
            .start(files, "-p", Container.SOCKET, "sh", "-i")) {
      container.awaitLogs(SHELL_PROMPT);
      assertStops(container, 128 + 1);
    }
  }

  @Test
  void orphansAreReaped() throws Exception {
    try (Container container = container().start(files, Container.SOCKET, "sh");
        Client client = container.connect()) {
      String orphan = client.send("(sleep 1000 & echo $!)\n").readLine();
      String adopted = orphan + " (sleep) S 1 ";
      await()
          .atMost(20, SECONDS)
          .until(() -> processes(client).stream().anyMatch(line -> line.startsWith(adopted)));
      client.send("for i in 1 2 3 4 5 6 7 8 9; do (sh -c 'exit 3' & sh -c 'kill -9 $$' &); done\n");
      client.send("kill " + orphan + "\n");
      await().atMost(20, SECONDS).until(() -> processes(client).size() == 2);
      client.send("exit 7\n");
      assertEquals(7, container.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "0, ro, --read-only --read-only-tmpfs=false",
    "1000, rw, --user=1000:1000",
    "1000, ro, --read-only --read-only-tmpfs=false --user=1000:1000",
    "1000, ro, --read-only --read-only-tmpfs=false --user=1000:1000 --cap-drop=all"
        + " --security-opt=no-new-privileges",
  })
  void asAnyUserAndOnAReadOnlyRoot(int user, String root, String options) throws Exception {
    try (Container container =
        container().with(options.split(" ")).start(files, Container.SOCKET, "sh")) {
      try (Client client = container.connect()) {
        assertEquals(
            Map.of("uid", user, "mode", 0140600),
            Files.readAttributes(container.socket(), "unix:uid,mode"));
        client.send("grep Uid: /proc/self/status; grep ' / ' /proc/mounts\n");
        assertEquals("Uid:" + ("\t" + user).repeat(4), client.readLine());
        assertTrue(client.readLine().contains(" " + root + ","));
      }
      assertStops(container, 128 + 15);
      assertEquals("", container.logs());
    }
  }

  @Test
  void nothingIsWrittenToTheRootFileSystem() throws Exception {
    // Podman and crun create mount points there.
    try (Container first = container().start(files, "--version")) {
      assertEquals(0, first.exitCode());
    }
    Map<String, String> before = files.listing();
    try (Container container = container().start(files, Container.SOCKET, "sh")) {
      try (Client client = container.connect()) {
        assertEquals("here", client.send("echo here\n").readLine());
      }
      assertStops(container, 128 + 15);
    }
    Map<String, String> changed = files.listing();
    changed.entrySet().removeAll(before.entrySet());
    assertEquals(Map.of(), changed);
  }

  @Test
  void itRunsWithoutAShell() throws Exception {
    RootFileSystem bare =
        RootFileSystem.of(Files.createDirectory(directory.resolve("files")), "cat").withImage();
    try (Container container = container().startWithoutShell(bare, Container.SOCKET, "cat")) {
      assertEchoesAndStops(container);
    }
  }

  @Test
  void theContainerfileBuilds() throws Exception {
    build("sh", "cat");
    try (Container container = container().start(Containerfile.TAG)) {
      assertEquals(0, container.exitCode());
      assertTrue(container.logs().startsWith("Usage: iosock "), container.logs());
    }
    String options = "JAVA_TOOL_OPTIONS=-javaagent:missing.jar";
    try (Container container =
        container().with("--env=" + options).start(Containerfile.TAG, Container.SOCKET, "sh")) {
      try (Client client = container.connect()) {
        client.send("echo JAVA_TOOL_OPTIONS=$JAVA_TOOL_OPTIONS\n");
        assertEquals(options, client.readLine());
      }
      assertStops(container, 128 + 15);
      assertEquals("", container.logs());
    }
  }

  @Test
  void theContainerfileBuildsOnABaseWithoutAShell() throws Exception {
    build("cat");
    try (Container container = container().start(Containerfile.TAG, Container.SOCKET, "cat")) {
      assertEchoesAndStops(container);
    }
  }

  /** On a base with these programs. */
  private void build(String... programs) throws Exception {
    RootFileSystem base =
        RootFileSystem.of(Files.createDirectory(directory.resolve("files")), programs)
            .withItsLibraries();
    Path work = Files.createDirectory(directory.resolve("work"));
    Containerfile.build(podman, work, base, Path.of(System.getProperty("iosock.image")));
  }

  private Container.Builder container() throws IOException {
    Path sockets = directory.resolve("sockets");
    return Container.in(podman, Files.createDirectories(sockets));
  }

  /** Lines of /proc/PID/stat of all processes in the container, from a client of its shell. */
  private static List<String> processes(Client client) throws IOException {
    // A process may have gone by then; what the shell says of it would come in between.
    client.send(
        "for p in /proc/[0-9]*; do read line <$p/stat && echo \"$line\"; done 2>/dev/null; echo end\n");
    List<String> processes = new ArrayList<>();
    String line;
    while (!(line = client.readLine()).equals("end")) {
      processes.add(line);
    }
    return processes;
  }

  private static void assertEchoesAndStops(Container container) throws Exception {
    try (Client client = container.connect()) {
      assertEquals("there and back", client.send("there and back\n").readLine());
    }
    assertStops(container, 128 + 15);
  }

  private static void assertStops(Container container, int exitCode) throws Exception {
    long start = System.nanoTime();
    container.stop();
    Duration taken = Duration.ofNanos(System.nanoTime() - start);
    assertTrue(taken.compareTo(STOP_TIMEOUT) < 0, taken::toString);
    assertEquals(exitCode, container.recordedExitCode());
    assertEquals(exitCode, container.exitCode());
    assertFalse(Files.exists(container.socket()));
  }
}
