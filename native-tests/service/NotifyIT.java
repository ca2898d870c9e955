package service;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Programs;
import support.Run;

/** {@code --notify}: a service manager is told when the command runs, and when it is stopped. */
class NotifyIT {

  private static final int SIGINT = 2;
  private static final int SIGUSR1 = 10;
  private static final int SIGTERM = 15;
  private static final String READY = "READY=1";
  private static final String STOPPING = "STOPPING=1";
  private static final String VARIABLE = "NOTIFY_SOCKET";

  /** Goes on after the first SIGTERM. */
  private static final String STUBBORN =
      "trap 'echo first; trap \"exit 9\" TERM' TERM; echo ready; while :; do sleep 0.02; done";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"s.sock", "-p s.sock", "-", "-p -"})
  void theFirstSignalThatStopsTheCommandIsReportedOnce(String mode) throws Exception {
    try (Manager manager = Manager.bind(path());
        Iosock iosock = start(path(), mode + " sh -c", STUBBORN)) {
      assertEquals(READY, manager.receive());
      awaitOutput(iosock, "ready");
      iosock.signal(SIGTERM);
      assertEquals(STOPPING, manager.receive());
      awaitOutput(iosock, "first");
      assertEquals(Optional.empty(), manager.receiveNow());
      iosock.signal(SIGINT);
      assertEquals(9, iosock.exitCode());
      assertEquals(Optional.empty(), manager.receiveNow());
      assertEquals("", iosock.errors());
    }
  }

  private static void awaitOutput(Iosock iosock, String word) {
    await().atMost(30, SECONDS).until(() -> iosock.output().contains(word));
  }

  @Test
  void anAbstractSocketIsNotifiedToo() throws Exception {
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (Manager manager = Manager.bind(name);
        Iosock iosock = start(name, "s.sock", "cat")) {
      assertEquals(READY, manager.receive());
      iosock.signal(SIGUSR1);
      assertEquals(128 + SIGUSR1, iosock.exitCode());
      assertEquals(Optional.empty(), manager.receiveNow());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aCommandThatDoesNotRunIsNotReady() throws Exception {
    try (Manager manager = Manager.bind(path());
        Iosock iosock = start(path(), "s.sock", "./nosuch")) {
      assertEquals(127, iosock.exitCode());
      assertEquals(Optional.empty(), manager.receiveNow());
    }
  }

  /** The others are as they were, and in their order. */
  @Test
  void theCommandDoesNotSeeTheVariable() throws Exception {
    String probe = Programs.compiled("probe");
    try (Manager manager = Manager.bind(path())) {
      Run direct = Run.of(directory, "env", "A=1", "Z=2", probe);
      Run run = run(List.of("A=1", VARIABLE + "=" + path(), "Z=2"), "--notify", "-", probe);
      assertEquals(variables(direct), variables(run));
      assertEquals(READY, manager.receive());
    }
  }

  @Test
  void withoutTheOptionTheVariableIsTheCommands() throws Exception {
    String probe = Programs.compiled("probe");
    String setting = VARIABLE + "=" + path();
    try (Manager manager = Manager.bind(path())) {
      Run direct = Run.of(directory, "env", "A=1", setting, "Z=2", probe);
      Run run = run(List.of("A=1", setting, "Z=2"), "-", probe);
      assertEquals(variables(direct), variables(run));
      assertEquals(Optional.empty(), manager.receiveNow());
    }
  }

  private Run run(List<String> environment, String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of("env"));
    line.addAll(environment);
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of(arguments));
    return Run.of(directory, line.toArray(String[]::new));
  }

  private static List<String> variables(Run probe) {
    assertEquals(0, probe.exitCode(), probe.output());
    return probe.output().lines().filter(line -> line.startsWith("variable ")).toList();
  }

  @Test
  void withoutAServiceManagerNothingIsSaid() throws Exception {
    for (String setting : List.of("A=1", VARIABLE + "=")) {
      assertEquals(
          new Run(0, "unset\n"),
          run(List.of(setting), "--notify", "-", "sh", "-c", "echo ${NOTIFY_SOCKET-unset}"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/nosuch/socket, No such file or directory",
    "@iosock-test-nosuch, Connection refused",
    "relative, Address family not supported by protocol",
    "vsock:2:1234, Address family not supported by protocol",
    "/dev/null, Connection refused",
  })
  void aSocketThatIsNotThereCostsOneLine(String socket, String error) throws Exception {
    assertCostsOneLine(socket, error);
  }

  @Test
  void aSocketThatNoProcessReadsCostsOneLine() throws Exception {
    Manager.bind(path()).close();
    assertTrue(Files.exists(Path.of(path())));
    assertCostsOneLine(path(), "Connection refused");
  }

  @Test
  void aNameThatIsTooLongCostsOneLine() throws Exception {
    assertCostsOneLine("/" + "a".repeat(107), "File name too long");
    assertCostsOneLine("@" + "a".repeat(108), "File name too long");
  }

  private void assertCostsOneLine(String socket, String error) throws Exception {
    try (Iosock iosock = start(socket, "s.sock", "sh", "-c", "read x; echo \"got $x\"; exit 5")) {
      iosock.awaitListening().awaitCommand();
      try (Client client = iosock.connect()) {
        assertEquals("got word\n", client.send("word\n").readAllText());
      }
      assertEquals(5, iosock.exitCode());
      assertEquals("iosock: cannot notify " + socket + ": " + error + "\n", iosock.errors());
    }
  }

  /** It is not waited for, and gets the message as soon as it reads. */
  @Test
  void aServiceManagerThatIsBusyIsNotifiedLater() throws Exception {
    try (Manager manager = Manager.bind(path())) {
      manager.fill();
      try (Iosock iosock = start(path(), "s.sock", "cat").awaitListening().awaitCommand();
          Client client = iosock.connect()) {
        assertEquals("word", client.send("word\n").readLine());
        Idle.await(iosock.pid());
        assertEquals("", iosock.errors());
        assertEquals(READY, manager.receive());
        Idle.await(iosock.pid());
        iosock.signal(SIGTERM);
        assertEquals(STOPPING, manager.receive());
        assertEquals(128 + SIGTERM, iosock.exitCode());
        assertEquals("", iosock.errors());
      }
    }
  }

  @Test
  void aServiceManagerThatNeverReadsCostsOneLineInTheEnd() throws Exception {
    try (Manager manager = Manager.bind(path())) {
      manager.fill();
      try (Iosock iosock = start(path(), "s.sock", "cat").awaitListening().awaitCommand()) {
        iosock.signal(SIGTERM);
        assertEquals(128 + SIGTERM, iosock.exitCode());
        assertEquals(
            "iosock: cannot notify " + path() + ": Resource temporarily unavailable\n",
            iosock.errors());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--serve", "--connect"})
  void itIsForACommand(String mode) throws Exception {
    try (Iosock iosock = Iosock.in(directory).startWith("--notify", mode, "s.sock")) {
      assertEquals(125, iosock.exitCode());
      assertEquals("iosock: --notify is for COMMAND (see iosock --help)\n", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  private String path() {
    return directory.resolve("notify").toString();
  }

  /**
   * @param mode options, the socket and more words, with spaces between them
   */
  private Iosock start(String socket, String mode, String... command) throws Exception {
    Iosock.Builder builder = Iosock.in(directory);
    builder.environment().put(VARIABLE, socket);
    Stream<String> options = Stream.of(("--notify " + mode).split(" "));
    return builder.startWith(Stream.concat(options, Stream.of(command)).toArray(String[]::new));
  }
}
