package service;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import support.Build;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Root;
import support.Run;
import support.Tool;

/** {@code fd:N}: a listening socket that iosock has inherited. */
class InheritedSocketIT {

  private static final int SIGTERM = 15;
  private static final int FAILED = 125;
  private static final int O_NONBLOCK = 04000;

  /** A shell's program that runs iosock twice, one after the other, with the same socket. */
  private static final String TWICE = "\"$@\"; \"$@\"";

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource(Build.class)
  void aClientIsServedAndThePathStays(Build build) throws Exception {
    try (Iosock iosock =
        inheriting("3=listen:s.sock")
            .as(build)
            .startWith("fd:3", "sh", "-c", "read x; echo \"got $x\"; exit 4")
            .awaitListening()) {
      try (Client client = iosock.connect()) {
        assertEquals("got word\n", client.send("word\n").readAllText());
      }
      assertEquals(4, iosock.exitCode());
      assertTrue(Files.exists(iosock.socket()));
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void onATerminal() throws Exception {
    try (Iosock iosock =
        inheriting("7=listen:s.sock").startWith("-p", "fd:7", "sh", "-c", "tty; read x; exit 4")) {
      iosock.awaitListening();
      try (Client client = iosock.connect()) {
        client.send("\n");
        assertEquals(4, iosock.exitCode());
      }
    }
  }

  /** The variables and descriptors that are left are those of a direct start, in their order. */
  @Test
  void theCommandHasNeitherTheSocketNorItsVariables() throws Exception {
    String probe = Programs.compiled("probe");
    Run direct = Run.of(directory, line("env", "A=1", "Z=2", inherit(), "4=file:/dev/null", probe));
    List<String> line = new ArrayList<>();
    line.addAll(List.of("env", "LISTEN_FDS=2", "A=1", "LISTEN_PID=1", "Z=2"));
    line.addAll(List.of("LISTEN_FDNAMES=a:b", "LISTEN_PIDFDID=7"));
    line.addAll(List.of(inherit(), "3=listen:s.sock", "4=file:/dev/null"));
    line.addAll(Iosock.commandLine(List.of("-XX:-MaxFDLimit")));
    line.addAll(List.of("fd:3", probe));
    Run run = Run.of(directory, line.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.output());
    assertTrue(direct.output().contains("\ndescriptor 4 /dev/null\n"), direct.output());
    assertEquals(environment(direct), environment(run));
  }

  @Test
  void aSocketThatIsNotUsedIsTheCommandsAndSoAreTheVariables() throws Exception {
    String probe = Programs.compiled("probe");
    String[] start = {"env", "LISTEN_FDS=1", "LISTEN_PID=1", inherit(), "3=listen:l.sock"};
    List<String> line = new ArrayList<>(List.of(start));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("s.sock", probe));
    Run run = Run.of(directory, line.toArray(String[]::new));
    Files.delete(directory.resolve("l.sock"));
    List<String> direct = new ArrayList<>(List.of(start));
    direct.add(probe);
    Run expected = Run.of(directory, direct.toArray(String[]::new));
    assertTrue(expected.output().contains("\ndescriptor 3 socket:"), expected.output());
    assertEquals(environment(expected), environment(run));
  }

  /** The numbers of sockets differ. */
  private static List<String> environment(Run probe) {
    return probe
        .output()
        .lines()
        .filter(line -> line.startsWith("variable ") || line.startsWith("descriptor "))
        .map(line -> line.replaceAll("socket:.*", "socket"))
        .toList();
  }

  /** Other processes may share the socket, and accept(2) blocks on it. */
  @Test
  void theSocketStaysBlockingAndIosockIsNotBlocked() throws Exception {
    String script = "trap 'echo bye; exit 9' TERM; echo ready; while :; do sleep 0.05; done";
    try (Iosock iosock = inheriting("3=listen:s.sock").startWith("fd:3", "sh", "-c", script)) {
      await().atMost(30, SECONDS).until(() -> iosock.output().equals("ready\n"));
      try (Client first = iosock.connect();
          Client second = iosock.connect()) {
        assertEquals(0, second.read(1).length);
        assertEquals(0, Proc.flags(iosock.pid(), 3) & O_NONBLOCK);
        iosock.signal(SIGTERM);
        assertEquals("bye\n", first.readAllText());
      }
      assertEquals(9, iosock.exitCode());
    }
  }

  @Test
  void aClientThatConnectsAfterTheCommandHasExitedIsTheNextServers() throws Exception {
    String script = "read x; head -c 500000 /dev/zero; echo \"$x\"";
    try (Iosock shell =
            inheriting("3=listen:s.sock")
                .under("sh", "-c", TWICE, "sh")
                .startWith("fd:3", "sh", "-c", script)
                .awaitListening();
        Client first = shell.connect().send("first\n")) {
      await().atMost(30, SECONDS).until(() -> hasCommandExited(shell));
      Idle.await(iosock(shell));
      try (Client second = shell.connect().send("second\n")) {
        assertOutput("first\n", first.readAll());
        assertOutput("second\n", second.readAll());
      }
      assertEquals(0, shell.exitCode());
      assertEquals("", shell.errors());
    }
  }

  private static long iosock(Iosock shell) {
    return Proc.children(shell.pid()).getFirst();
  }

  /** Once it has read what the client sent; iosock drains its output then. */
  private static boolean hasCommandExited(Iosock shell) {
    List<Long> iosock = Proc.children(shell.pid());
    return !iosock.isEmpty()
        && Proc.program(iosock.getFirst()).endsWith("java")
        && Proc.sockets(iosock.getFirst()) > 1
        && Proc.children(iosock.getFirst()).isEmpty();
  }

  private static void assertOutput(String end, byte[] output) {
    byte[] expected = Arrays.copyOf(new byte[500_000], 500_000 + end.length());
    for (int i = 0; i < end.length(); i++) {
      expected[500_000 + i] = (byte) end.charAt(i);
    }
    assertArrayEquals(expected, output);
  }

  @Test
  void aClientThatConnectsAfterTheInputHasEndedIsTheNextServersToo() throws Exception {
    Files.writeString(directory.resolve("input"), "word\n");
    try (Iosock shell =
            inheriting("3=listen:s.sock")
                .under("sh", "-c", "\"$@\" <input; \"$@\" <input", "sh")
                .startWith("--serve", "fd:3")
                .awaitListening();
        Client first = shell.connect()) {
      assertEquals("word\n", first.readAllText());
      try (Client second = shell.connect()) {
        first.send("one\n").close();
        assertEquals("word\n", second.readAllText());
        second.send("two\n").close();
        assertEquals(0, shell.exitCode());
      }
      assertEquals("one\ntwo\n", shell.output());
      assertEquals("", shell.errors());
    }
  }

  @Test
  void observersMayHaveAnInheritedSocketToo() throws Exception {
    try (Iosock iosock =
        inheriting("3=listen:s.sock", "4=listen:o.sock").startWith("-o", "fd:4", "fd:3", "cat")) {
      iosock.awaitListening();
      Path observers = directory.resolve("o.sock");
      try (Client client = iosock.connect();
          Client observer = Client.connect(observers)) {
        client.send("one\n");
        assertEquals("one", client.readLine());
        assertEquals("one", observer.readLine());
        iosock.signal(SIGTERM);
        assertEquals("", client.readAllText());
        assertEquals("", observer.readAllText());
      }
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertTrue(Files.exists(observers));
    }
  }

  /** It has no permissions that its maker could have set. */
  @Test
  void onlyTheOwnerMayConnectToAnAbstractSocket() throws Exception {
    Root.require();
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Root.user(4001, 4002))
            .under(inherit(), "3=listen:" + name)
            .startWith("fd:3", "cat")
            .awaitCommand()) {
      assertEquals("word\n", answer(name, Root.user(4001, 4002)));
      assertEquals("", answer(name, Root.user(4003, 4002)));
      assertEquals("word\n", answer(name, "env"));
      assertEquals("", iosock.errors());
    }
  }

  /**
   * @param user executes its arguments
   * @return what a client gets back
   */
  private String answer(String name, String... user) throws Exception {
    List<String> line = new ArrayList<>(List.of(user));
    line.addAll(List.of(Programs.compiled("oddclient"), name, "line"));
    return Run.of(directory, line.toArray(String[]::new)).output();
  }

  @ParameterizedTest
  @CsvSource({
    "bound:s.sock, Invalid argument",
    "connected, Invalid argument",
    "datagram:s.sock, Protocol wrong type for socket",
    "packets:s.sock, Protocol wrong type for socket",
    "tcp, Address family not supported by protocol",
    "file:/dev/null, Socket operation on non-socket",
  })
  void onlyAListeningUnixStreamSocketIsAccepted(String kind, String error) throws Exception {
    for (String[] socket : List.of(line("fd:3"), line("-o", "fd:3", "c.sock"))) {
      assertFails(inheriting("3=" + kind), "cannot listen on fd:3: " + error + "\n", socket);
      Files.deleteIfExists(directory.resolve("s.sock"));
      assertFalse(Files.exists(directory.resolve("c.sock")));
    }
  }

  /** The VM and iosock have files and sockets of their own open by then. */
  @Test
  void onlyAnInheritedDescriptorIsAccepted() throws Exception {
    for (int fd = 3; fd < 20; fd++) {
      assertFails(
          Iosock.in(directory),
          "cannot listen on fd:" + fd + ": Bad file descriptor\n",
          "-o",
          "fd:" + fd,
          "s.sock");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "fd:, not a descriptor above 2: fd:",
    "fd:x, not a descriptor above 2: fd:x",
    "fd:-3, not a descriptor above 2: fd:-3",
    "fd:3x, not a descriptor above 2: fd:3x",
    "fd:0, not a descriptor above 2: fd:0",
    "fd:2, not a descriptor above 2: fd:2",
    "fd:03, not a descriptor above 2: fd:03",
    "fd:2147483648, not a descriptor above 2: fd:2147483648",
    "fd:99999999999999999999, not a descriptor above 2: fd:99999999999999999999",
    "-o fd:1 s.sock, not a descriptor above 2: fd:1",
    "-m 600 fd:3, --mode is for a socket that iosock makes",
    "-o fd:4 --observe-mode 600 fd:3, --observe-mode is for a socket that iosock makes",
    "-o fd:3 fd:3, --observe needs a socket of its own: fd:3",
  })
  void aBadDescriptorIsRefused(String arguments, String error) throws Exception {
    assertFails(
        inheriting("3=listen:l.sock"), error + " (see iosock --help)\n", arguments.split(" "));
  }

  @Test
  void aClientHasNoUseForAListeningSocket() throws Exception {
    try (Iosock iosock = inheriting("3=listen:s.sock").startWith("--connect", "fd:3")) {
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(
          "iosock: --connect takes no descriptor: fd:3 (see iosock --help)\n", iosock.errors());
    }
  }

  /** The command must not start. */
  private void assertFails(Iosock.Builder builder, String error, String... arguments)
      throws Exception {
    String[] command = {"touch", "started"};
    String[] line = Stream.concat(Stream.of(arguments), Stream.of(command)).toArray(String[]::new);
    try (Iosock iosock = builder.startWith(line)) {
      assertEquals(FAILED, iosock.exitCode());
      assertEquals("iosock: " + error, iosock.errors());
    }
    assertFalse(Files.exists(directory.resolve("started")));
    Files.deleteIfExists(directory.resolve("l.sock"));
  }

  @Test
  void aPathMayLookLikeADescriptor() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory).startWith("./fd:3", "cat").awaitListening().awaitCommand();
        Client client = Client.connect(directory.resolve("fd:3"))) {
      assertEquals("word", client.send("word\n").readLine());
      assertEquals("", iosock.errors());
    }
  }

  /** systemd's own tool, which starts iosock on the first connection. */
  @Test
  void aClientStartsItThroughSystemdSocketActivate() throws Exception {
    Tool.require("systemd-socket-activate", "systemd");
    Path socket = directory.resolve("s.sock");
    String script = "read x; echo \"$x ${LISTEN_FDS-none} ${NOTIFY_SOCKET-none}\"; exit 4";
    try (Iosock iosock =
        Iosock.in(directory)
            .under("systemd-socket-activate", "--listen=" + socket)
            .output(Redirect.DISCARD)
            .startWith("fd:3", "sh", "-c", script)
            .awaitListening()) {
      assertEquals(0, iosock.commandPid());
      try (Client client = iosock.connect()) {
        assertEquals("word none none\n", client.send("word\n").readAllText());
      }
      assertEquals(4, iosock.exitCode());
    }
  }

  private Iosock.Builder inheriting(String... descriptors) throws Exception {
    return Iosock.in(directory).under(inherit()).under(descriptors);
  }

  private static String inherit() throws Exception {
    return Programs.compiled("inherit");
  }

  private static String[] line(String... words) {
    return words;
  }
}
