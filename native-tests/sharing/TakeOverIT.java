package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Terminal;
import support.Tool;

/** {@code --take-over}: the client that is connected longest gives way to a new one. */
class TakeOverIT {

  private static final String TAKEN = "iosock: another client took the place on ./s.sock\n";
  private static final String ECHO = "while read x; do echo $x; done";

  /** What the kernel takes for a socket at most: net.core.wmem_default, with its overhead. */
  private static final int SOCKET = 212_992;

  @TempDir Path directory;

  // Asked of the server.

  @Test
  void theOldClientReadsEndOfFileAndTheNewOneIsServed() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--take-over", ECHO)) {
      Client old = iosock.connect();
      assertEquals("0", old.send("0\n").readLine());
      for (int i = 1; i <= 100; i++) {
        Client next = iosock.connect();
        assertEquals("", old.readText(1));
        old.close();
        assertEquals("" + i, next.send(i + "\n").readLine());
        old = next;
      }
      old.close();
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void theOneThatIsConnectedLongestGivesWay() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--take-over -c 2", ECHO);
        Client first = iosock.connect();
        Client second = iosock.connect()) {
      first.send("one\n").readUntil("one\n");
      assertEquals("one", second.readLine());
      try (Client third = iosock.connect()) {
        assertEquals("", first.readText(1));
        second.send("two\n").readUntil("two\n");
        assertEquals("two", third.readLine());
        try (Client fourth = iosock.connect()) {
          assertEquals("", second.readText(1));
          third.send("three\n").readUntil("three\n");
          assertEquals("three", fourth.readLine());
        }
      }
      assertEquals("", iosock.output());
    }
  }

  @Test
  void noneGivesWayWhileThereIsRoom() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--take-over -c 2", ECHO);
        Client first = iosock.connect()) {
      for (int i = 0; i < 20; i++) {
        try (Client other = iosock.connect()) {
          other.send(i + "\n").readUntil(i + "\n");
          assertEquals("" + i, first.readLine());
        }
      }
    }
  }

  @Test
  void aClientThatHasShutDownSendingGivesNoWay() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--take-over", ECHO);
        Client halfClosed = iosock.connect()) {
      assertEquals("one", halfClosed.send("one\n").readLine());
      halfClosed.shutdownOutput();
      try (Client old = iosock.connect()) {
        assertEquals("two", old.send("two\n").readLine());
        try (Client next = iosock.connect()) {
          assertEquals("", old.readText(1));
          assertEquals("three", next.send("three\n").readLine());
          assertEquals("two", halfClosed.readLine());
          assertEquals("three", halfClosed.readLine());
        }
      }
    }
  }

  @Test
  void withServeToo() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("--take-over", "--serve", "./s.sock")
                .awaitListening();
        Client old = iosock.connect()) {
      old.send("from the old one\n");
      try (Client next = iosock.connect()) {
        assertEquals("", old.readText(1));
        next.send("from the next one\n");
        OutputStream stdin = iosock.process().getOutputStream();
        stdin.write("for the next one\n".getBytes());
        stdin.close();
        assertEquals("for the next one\n", next.readAllText());
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("from the old one\nfrom the next one\n", iosock.output());
    }
  }

  // What the old client sent and what it is owed.

  @ParameterizedTest
  @ValueSource(ints = {1, 60_000, 1_500_000})
  void whatTheOldOneSentArrivesBeforeWhatTheNewOneSends(int size) throws Exception {
    byte[] sent = Bytes.random(size, size);
    String script = "head -c " + size + " >in; exec head -n 1";
    try (Iosock iosock = Shared.running(directory, "--take-over", script);
        Client old = iosock.connect()) {
      old.send(sent);
      try (Client next = iosock.connect()) {
        next.send("next\n");
        assertEquals("next\n", next.readAllText());
      }
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
      assertEquals(0, iosock.exitCode());
    }
  }

  /** With one client, what the kernel does not take for it at once is the new one's. */
  @Test
  void ofAFloodEachGetsItsPart() throws Exception {
    byte[] all = Numbers.upTo(2_000_000);
    try (Iosock iosock = Shared.running(directory, "--take-over", "read x; exec seq 2000000")) {
      int done = 0;
      Client old = iosock.connect();
      old.send("go\n");
      for (int i = 0; i < 10; i++) {
        done = assertNext(all, done, old.input().readNBytes(100_000));
        Client next = iosock.connect();
        done = assertNext(all, done, old.readAll());
        old.close();
        old = next;
      }
      done = assertNext(all, done, old.readAll());
      old.close();
      assertEquals(all.length, done);
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  private static int assertNext(byte[] all, int start, byte[] part) {
    int end = start + part.length;
    assertTrue(end <= all.length);
    assertArrayEquals(Arrays.copyOfRange(all, start, end), part);
    return end;
  }

  /** With several, it goes on reading what its own pipe holds; the others get everything. */
  @Test
  void anOldOneOfSeveralReadsWhatItIsOwed() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    try (Iosock iosock =
            Shared.running(directory, "--take-over -c 2", "read x; seq 1000000; read x");
        Client old = iosock.connect();
        Client other = iosock.connect()) {
      other.send("go\n");
      Idle.awaitWhile(iosock.pid(), () -> isHeldBack(iosock));
      try (Client next = iosock.connect()) {
        CompletableFuture<byte[]> later = Clients.readAll(next);
        assertArrayEquals(all, other.input().readNBytes(all.length));
        byte[] owed = old.readAll();
        assertArrayEquals(Arrays.copyOf(all, owed.length), owed);
        // More than the kernel has taken for its socket.
        assertTrue(owed.length > SOCKET && owed.length < all.length, "" + owed.length);
        other.send("end\n");
        byte[] rest = later.join();
        assertTrue(rest.length > 0);
        int start = all.length - rest.length;
        assertArrayEquals(Arrays.copyOfRange(all, start, all.length), rest);
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  private static boolean isHeldBack(Iosock iosock) {
    return Proc.children(iosock.commandPid()).stream().anyMatch(child -> Proc.state(child) == 'S');
  }

  // Other programs as the old client.

  @Test
  void iosockSaysThatAnotherClientTookThePlace() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--take-over", ECHO);
        Peer old = Peer.iosock(directory, "--connect", "./s.sock")) {
      old.send("one\n").awaitOutput("one\n");
      try (Client next = iosock.connect()) {
        assertEquals("two", next.send("two\n").readLine());
        assertEquals(0, old.exitCode());
        assertEquals(TAKEN, old.errors());
        assertEquals("one\n", old.output());
      }
    }
  }

  @Test
  void iosockOnATerminalSaysItToo() throws Exception {
    try (Iosock iosock =
            Shared.running(directory, "-p --take-over", "stty -echo; echo ok; exec cat");
        Terminal terminal = Terminal.open(30, 90)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().contains("ok"));
      String settings = terminal.settings();
      Process old = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      terminal.awaitText("detaches\r\n");
      terminal.type("one\r").awaitText("one\r\n");
      try (Client next = iosock.connect()) {
        next.send("two\n").readUntil("two\r\n");
        terminal.awaitText("iosock: another client took the place on ./s.sock\r\n");
        assertEquals(0, Terminal.exitCode(old));
        assertEquals(settings, terminal.settings());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -U ./s.sock", "socat - UNIX-CONNECT:./s.sock"})
  void otherProgramsReadEndOfFile(String program) throws Exception {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    try (Iosock iosock = Shared.running(directory, "--take-over", ECHO);
        Peer old = Peer.start(directory, program.split(" "))) {
      old.send("one\n").awaitOutput("one\n");
      try (Client next = iosock.connect()) {
        assertEquals("two", next.send("two\n").readLine());
        assertEquals(0, old.exitCode());
        assertEquals("one\n", old.output());
        assertEquals("", old.errors());
      }
    }
  }

  // Asked by the new client.

  @ParameterizedTest
  @CsvSource({"'',1", "-c 2,2", "--take-over,1"})
  void aClientAsksForIt(String options, int count) throws Exception {
    try (Iosock iosock = Shared.running(directory, options, ECHO);
        Clients clients = Clients.connect(iosock.socket(), count)) {
      clients.get(0).send("one\n");
      clients.readUntil("one\n");
      try (Peer next = Peer.iosock(directory, "--take-over", "--connect", "./s.sock")) {
        assertEquals("", clients.get(0).readText(1));
        next.send("two\n").awaitOutput("two\n");
        for (int i = 1; i < count; i++) {
          assertEquals("two", clients.get(i).readLine());
        }
        assertTrue(!next.output().contains("one"));
        next.endInput();
        assertEquals("", next.errors());
      }
      assertEquals("", iosock.errors());
    }
  }

  /** It asks only where there is no room. */
  @Test
  void aClientThatAsksTakesAFreePlace() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 2", ECHO);
        Client first = iosock.connect();
        Peer next = Peer.iosock(directory, "--take-over", "--connect", "./s.sock")) {
      next.send("one\n").awaitOutput("one\n");
      assertEquals("one", first.readLine());
      assertEquals("two", first.send("two\n").readLine());
    }
  }

  @Test
  void oneThatDoesNotAskIsTurnedAway() throws Exception {
    try (Iosock iosock = Shared.running(directory, "", ECHO);
        Client first = iosock.connect()) {
      try (Peer taker = Peer.iosock(directory, "--take-over", "--connect", "./s.sock")) {
        assertEquals("", first.readText(1));
        taker.send("one\n").awaitOutput("one\n");
        Run run = Shared.run(directory, "x\n", "--connect", "./s.sock");
        assertEquals(new Run(125, "iosock: ./s.sock has another client\n"), run);
        assertTrue(taker.isRunning());
        taker.send("two\n").awaitOutput("one\ntwo\n");
      }
    }
  }

  @Test
  void withServeAClientAsksForItToo() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client old = iosock.connect();
        Peer next = Peer.iosock(directory, "--take-over", "--connect", "./s.sock")) {
      assertEquals("", old.readText(1));
      next.send("word\n");
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("word\n"));
    }
  }

  /** Two terminals that take the shell from each other, with the size of each. */
  @Test
  void usersAtTerminalsTakeASessionFromEachOther() throws Exception {
    try (Iosock iosock =
        Shared.running(directory, "-p", "stty -echo; echo ok; while read x; do stty size; done")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().contains("ok"));
      try (Terminal one = Terminal.open(30, 90);
          Terminal two = Terminal.open(40, 100);
          Terminal three = Terminal.open(50, 110)) {
        Process first = takeOver(one, "30 90\r\n");
        Process second = takeOver(two, "40 100\r\n");
        assertGaveWay(one, first);
        Process third = takeOver(three, "50 110\r\n");
        assertGaveWay(two, second);
        assertTrue(third.isAlive());
      }
    }
  }

  private Process takeOver(Terminal terminal, String size) throws Exception {
    Process process = terminal.startIosock(directory, "--take-over", "-p", "--connect", "./s.sock");
    terminal.awaitText("iosock: attached to ./s.sock; Ctrl-\\ detaches\r\n");
    terminal.awaitRaw();
    terminal.type("\r").awaitText(size);
    return process;
  }

  private static void assertGaveWay(Terminal terminal, Process process) throws Exception {
    terminal.awaitText("iosock: another client took the place on ./s.sock\r\n");
    assertEquals(0, Terminal.exitCode(process));
  }

  /** One that has not read what it is owed is no obstacle. */
  @Test
  void aStalledClientGivesWay() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    try (Iosock iosock = Shared.running(directory, "", "read x; exec seq 1000000");
        Client stalled = iosock.connect()) {
      stalled.send("go\n");
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(iosock.commandPid()) == 'S');
      try (Peer next = Peer.iosock(directory, "--take-over", "--connect", "./s.sock")) {
        assertEquals(0, iosock.exitCode());
        assertEquals(0, next.exitCode());
        int done = assertNext(all, 0, stalled.readAll());
        assertEquals(all.length, assertNext(all, done, next.outputBytes()));
      }
    }
  }
}
