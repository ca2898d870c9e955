package sharing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
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

/** {@code -o}: observers get the output, send nothing, and hold nothing back. */
class ObserversIT {

  private static final String OBSERVE = "-o ./o.sock";
  private static final int MAX_OBSERVERS = 64;

  /** Less than the pipe of an observer holds. */
  private static final int LINES = 100_000;

  /** 50 MB, more than any pipe holds. */
  private static final int MANY = 6_400_000;

  private static final String OBSERVING = "iosock: observing ./o.sock; Ctrl-\\ detaches\r\n";
  private static final String DETACH = "\u001c";

  @TempDir Path directory;

  // What they get.

  @ParameterizedTest
  @ValueSource(strings = {"", "-c 2"})
  void theyGetTheWholeOutputBesideAClient(String options) throws Exception {
    byte[] data = Bytes.random(900_000, 1);
    Files.write(directory.resolve("data"), data);
    String script = "read x; cat data; exit 3";
    try (Iosock iosock = Shared.running(directory, (options + " " + OBSERVE).strip(), script);
        Clients observers = Clients.connect(observersSocket(), 3);
        Client client = iosock.connect()) {
      client.send("go\n");
      CompletableFuture<Void> reading = Clients.receive(client, data);
      observers.assertReceive(data);
      reading.join();
      assertEquals(3, iosock.exitCode());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void theConsoleGetsTheOutputTooWhileThereIsNoClient() throws Exception {
    byte[] data = Bytes.random(900_000, 2);
    Files.write(directory.resolve("data"), data);
    Shared.fifo(directory, "gate");
    String script = "read x <gate; cat data; exit 4";
    try (Iosock iosock = Shared.running(directory, OBSERVE, script);
        Clients observers = Clients.connect(observersSocket(), 2)) {
      Shared.open(directory, "gate");
      observers.assertReceive(data);
      assertEquals(4, iosock.exitCode());
      assertArrayEquals(data, Files.readAllBytes(directory.resolve("stdout")));
    }
  }

  @Test
  void stdoutAndStderrGoToThemAndEachToItsOwnOnTheConsole() throws Exception {
    Shared.fifo(directory, "first");
    Shared.fifo(directory, "second");
    String script = "read x <first; echo out; read x <second; echo err >&2";
    try (Iosock iosock = Shared.running(directory, OBSERVE, script);
        Client observer = Client.connect(observersSocket())) {
      Shared.open(directory, "first");
      assertEquals("out", observer.readLine());
      Shared.open(directory, "second");
      assertEquals("err\n", observer.readAllText());
      assertEquals(0, iosock.exitCode());
      assertEquals("out\n", iosock.output());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void clientsComeAndGoBesideThem() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "while read x; do echo $x; done");
        Client observer = Client.connect(observersSocket())) {
      for (int i = 0; i < 20; i++) {
        try (Client client = iosock.connect()) {
          assertEquals("" + i, client.send(i + "\n").readLine());
          try (Client other = iosock.connect()) {
            assertEquals("", other.readText(1));
          }
        }
        assertEquals("" + i, observer.readLine());
      }
      assertEquals("", iosock.output());
    }
  }

  @Test
  void theyAreServedOnATerminalToo() throws Exception {
    try (Iosock iosock =
        Shared.running(directory, "-p " + OBSERVE, "stty -echo; echo ready; exec cat")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().contains("ready"));
      try (Client observer = Client.connect(observersSocket());
          Client client = iosock.connect()) {
        client.send("word\n").readUntil("word\r\n");
        observer.readUntil("word\r\n");
      }
    }
  }

  @Test
  void withServeTheyGetWhatTheClientGets() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("-o", "./o.sock", "--serve", "./s.sock");
        Client observer = Shared.connectOnceItListens(observersSocket())) {
      OutputStream stdin = iosock.process().getOutputStream();
      stdin.write("for both\n".getBytes());
      stdin.flush();
      // The stdin is not read while there is no client.
      Idle.await(iosock.pid());
      assertEquals(0, observer.available().length);
      send(observer, "from the observer\n");
      try (Client client = iosock.connect()) {
        assertEquals("for both", client.readLine());
        assertEquals("for both", observer.readLine());
        client.send("from the client\n");
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("from the client\n"));
        stdin.close();
        assertEquals("", client.readText(1));
      }
      assertEquals("", observer.readText(1));
      assertEquals(0, iosock.exitCode());
      assertEquals("from the client\n", iosock.output());
    }
  }

  // What they send.

  @Test
  void whatTheySendIsNotRead() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "tee in");
        Client observer = Client.connect(observersSocket())) {
      for (int i = 0; i < 20; i++) {
        send(observer, "from the observer\n");
        try (Client client = iosock.connect()) {
          client.send(i + "\n").readUntil(i + "\n");
        }
        assertEquals("" + i, observer.readLine());
      }
      assertFalse(Files.readString(directory.resolve("in")).contains("observer"));
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void muchThatOneSendsDisturbsNothing() throws Exception {
    byte[] all = Numbers.upTo(LINES);
    Shared.fifo(directory, "gate");
    String script = "exec 3<&0; cat <&3 >in & read x <gate; exec seq " + LINES;
    try (Iosock iosock = Shared.running(directory, OBSERVE, script);
        Client observer = Client.connect(observersSocket());
        Client client = iosock.connect()) {
      sendAllThatIsTaken(observer);
      Idle.await(iosock.pid());
      client.send("x");
      Path in = directory.resolve("in");
      await().atMost(20, SECONDS).until(() -> Files.exists(in) && Files.size(in) > 0);
      assertEquals("x", Files.readString(in));
      Shared.open(directory, "gate");
      CompletableFuture<Void> reading = Clients.receive(client, all);
      // At the end of file, and not a reset: it is nothing that the server would have read.
      assertArrayEquals(all, observer.readAll());
      reading.join();
      assertEquals(0, iosock.exitCode());
    }
  }

  /** The kernel may refuse it: nothing that an observer sends is read. */
  private static void send(Client observer, String text) {
    try {
      observer.send(text);
    } catch (IOException refused) {
      assertEquals("Broken pipe", refused.getMessage());
    }
  }

  private static void sendAllThatIsTaken(Client observer) {
    byte[] much = new byte[4 << 20];
    AtomicInteger sent = new AtomicInteger();
    try {
      await()
          .during(300, MILLISECONDS)
          .atMost(20, SECONDS)
          .until(() -> observer.sendNow(much, sent) == 0);
    } catch (Exception refused) {
      assertInstanceOf(IOException.class, refused);
    }
    assertTrue(sent.get() < much.length, "read");
  }

  @Test
  void oneThatHasShutDownSendingGoesOnReceiving() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "cat");
        Client observer = Client.connect(observersSocket());
        Client client = iosock.connect()) {
      observer.shutdownOutput();
      for (int i = 0; i < 20; i++) {
        client.send(i + "\n").readUntil(i + "\n");
        assertEquals("" + i, observer.readLine());
      }
      Idle.await(iosock.pid());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "nc -U ./o.sock",
        "nc -N -U ./o.sock",
        "socat -u UNIX-CONNECT:./o.sock -",
        "socat -t 60 - UNIX-CONNECT:./o.sock"
      })
  void programsWhoseInputIsAtItsEndGetEverything(String program) throws Exception {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    assertGetsEverything(() -> Peer.start(directory, program.split(" ")).endInput());
  }

  @Test
  void iosockGetsEverything() throws Exception {
    assertGetsEverything(() -> Peer.iosock(directory, "--connect", "./o.sock").endInput());
  }

  @Test
  void iosockGetsEverythingThoughItsInputIsNotRead() throws Exception {
    assertGetsEverything(() -> Peer.iosock(directory, "--connect", "./o.sock").send("typed\n"));
    assertFalse(Files.readString(directory.resolve("in")).contains("typed"));
  }

  private void assertGetsEverything(Callable<Peer> program) throws Exception {
    byte[] all = Numbers.upTo(LINES);
    Shared.fifo(directory, "gate");
    String script = "exec 3<&0; cat <&3 >in & read x <gate; exec seq " + LINES;
    try (Iosock iosock = Shared.running(directory, OBSERVE, script)) {
      int alone = Proc.sockets(iosock.pid());
      try (Peer observer = program.call()) {
        Shared.awaitSockets(iosock, alone + 1);
        Idle.await(iosock.pid());
        assertTrue(observer.isRunning());
        Shared.open(directory, "gate");
        assertEquals(0, iosock.exitCode());
        assertEquals(0, observer.exitCode());
        assertEquals("", observer.errors());
        assertArrayEquals(all, observer.outputBytes());
        assertArrayEquals(all, Files.readAllBytes(directory.resolve("stdout")));
      }
    }
  }

  @Test
  void aUserAtATerminalIsToldAndWhatIsTypedIsDropped() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "tee in");
        Terminal terminal = Terminal.open(30, 90);
        Client client = iosock.connect()) {
      String settings = terminal.settings();
      Process observer = terminal.startIosock(directory, "-p", "--connect", "./o.sock");
      terminal.awaitText(OBSERVING);
      terminal.awaitRaw();
      client.send("one\n");
      terminal.awaitText("one\n");
      terminal.type("typed\r");
      client.send("two\n").readUntil("two\n");
      terminal.awaitText("two\n");
      terminal.type("typed\r" + DETACH).awaitText("iosock: detached from ./o.sock\r\n");
      assertEquals(0, Terminal.exitCode(observer));
      assertEquals(settings, terminal.settings());
      client.send("three\n").readUntil("three\n");
      assertEquals("one\ntwo\nthree\n", Files.readString(directory.resolve("in")));
    }
  }

  /** Much more than fits into the sockets and pipes between. */
  @Test
  void muchThatIsTypedIsDroppedAndTheDetachKeyWorks() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "cat");
        Terminal terminal = Terminal.open(30, 90);
        Client client = iosock.connect()) {
      Process observer = terminal.startIosock(directory, "-p", "--connect", "./o.sock");
      terminal.awaitText(OBSERVING);
      terminal.awaitRaw();
      byte[] much = new byte[2 << 20];
      Arrays.fill(much, (byte) 'x');
      terminal.type(much);
      client.send("word\n").readUntil("word\n");
      terminal.awaitText("word\n");
      terminal.type(DETACH).awaitText("iosock: detached from ./o.sock\r\n");
      assertEquals(0, Terminal.exitCode(observer));
      client.send("word\n").readUntil("word\n");
    }
  }

  /** An observer's terminal says nothing about the command's. */
  @Test
  void theSizeOfAnObserversTerminalIsNotTheCommands() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-p " + OBSERVE, "stty -echo; echo ok; cat")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().contains("ok"));
      try (Terminal terminal = Terminal.open(30, 90);
          Client client = iosock.connect()) {
        terminal.startIosock(directory, "-p", "--connect", "./o.sock");
        terminal.awaitText(OBSERVING);
        client.send("one\n").readUntil("one\r\n");
        terminal.awaitText("one\r\n");
        terminal.resize(31, 91);
        terminal.type("x");
        client.send("two\n").readUntil("two\r\n");
        terminal.awaitText("two\r\n");
        Idle.await(iosock.pid());
        String slave =
            Files.readSymbolicLink(Path.of("/proc/" + iosock.commandPid() + "/fd/0")).toString();
        assertEquals(new Run(0, "24 80\n"), Run.of(directory, "stty", "-F", slave, "size"));
      }
    }
  }

  // One that is behind, and ones that are too many.

  @Test
  void oneThatStallsIsClosedAndHoldsBackNothing() throws Exception {
    byte[] all = Numbers.upTo(MANY);
    try (Iosock iosock = Shared.running(directory, OBSERVE, "read x; exec seq " + MANY);
        Client stalled = Client.connect(observersSocket());
        Client client = iosock.connect()) {
      client.send("go\n");
      Clients.receive(client, all).join();
      assertEquals(0, iosock.exitCode());
      byte[] taken = stalled.readAll();
      assertTrue(taken.length > 0 && taken.length < all.length, "" + taken.length);
      assertArrayEquals(Arrays.copyOf(all, taken.length), taken);
    }
  }

  @Test
  void oneThatStallsWhileOnlyTheConsoleTakesTheOutputIsClosedToo() throws Exception {
    byte[] all = Numbers.upTo(MANY);
    Shared.fifo(directory, "gate");
    String script = "read x <gate; seq " + MANY + "; read x <gate";
    try (Iosock iosock = Shared.running(directory, OBSERVE, script);
        Client stalled = Client.connect(observersSocket())) {
      Shared.open(directory, "gate");
      await()
          .atMost(30, SECONDS)
          .until(() -> Files.size(directory.resolve("stdout")) == all.length);
      // Closed while the command still runs.
      byte[] taken = stalled.readAll();
      assertArrayEquals(Arrays.copyOf(all, taken.length), taken);
      assertTrue(iosock.process().isAlive());
      try (Client next = Client.connect(observersSocket())) {
        Shared.open(directory, "gate");
        assertEquals("", next.readAllText());
      }
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(all, Files.readAllBytes(directory.resolve("stdout")));
    }
  }

  @Test
  void manySmallMessagesCloseOnlyTheOneThatStalls() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "while read x; do echo $x; done");
        Client stalled = Client.connect(observersSocket());
        Client observer = Client.connect(observersSocket());
        Client client = iosock.connect()) {
      for (int i = 0; i < 10_000; i++) {
        client.send(i + "\n");
        assertEquals("" + i, client.readLine());
        assertEquals("" + i, observer.readLine());
      }
      String taken = stalled.readAllText();
      assertTrue(taken.startsWith("0\n1\n2\n"), taken);
      assertFalse(taken.endsWith("9999\n"));
    }
  }

  @Test
  void oneMoreThanSixtyFourIsClosedAtOnce() throws Exception {
    try (Iosock iosock = Shared.running(directory, OBSERVE, "cat");
        Client client = iosock.connect()) {
      try (Clients observers = Clients.connect(observersSocket(), MAX_OBSERVERS)) {
        client.send("one\n").readUntil("one\n");
        observers.readUntil("one\n");
        for (int i = 0; i < 10; i++) {
          try (Client other = Client.connect(observersSocket())) {
            assertEquals("", other.readText(1));
          }
        }
        observers.get(17).close();
        Client next = Client.connect(observersSocket());
        client.send("two\n").readUntil("two\n");
        assertEquals("two", next.readLine());
        next.close();
        for (int i = 0; i < MAX_OBSERVERS; i++) {
          if (i != 17) {
            assertEquals("two", observers.get(i).readLine());
          }
        }
      }
      client.send("three\n").readUntil("three\n");
    }
  }

  @Test
  void manyThatComeAndGoInAFloodChangeNothingForTheClient() throws Exception {
    byte[] all = Numbers.upTo(2_000_000);
    try (Iosock iosock = Shared.running(directory, OBSERVE, "read x; exec seq 2000000");
        Client client = iosock.connect()) {
      client.send("go\n");
      CompletableFuture<Void> reading = Clients.receive(client, all, Pace.SLOW);
      while (!reading.isDone()) {
        try (Client observer = Client.connect(observersSocket())) {
          observer.read(1000);
        } catch (IOException ended) {
          // The command has exited meanwhile.
          assertEquals(0, iosock.exitCode());
        }
      }
      reading.join();
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  // The socket.

  @ParameterizedTest
  @CsvSource({
    "'',600,600",
    "--observe-mode 0640,600,640",
    "-m 0660 --observe-mode=666,660,666",
    "-m 0660,660,600",
    "-m 0 --observe-mode 0,0,0",
  })
  void theModesAreThoseAskedFor(String options, String mode, String observeMode) throws Exception {
    try (Iosock iosock = Shared.running(directory, (OBSERVE + " " + options).strip(), "cat")) {
      assertEquals(
          new Run(0, mode + "\n" + observeMode + "\n"),
          Run.of(directory, "stat", "-c", "%a", "s.sock", "o.sock"));
      assertTrue(iosock.process().isAlive());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 15})
  void bothSocketsAreGoneAtTheEnd(int signal) throws Exception {
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.running(directory, OBSERVE, "read x <gate; exit 9");
        Client observer = Client.connect(observersSocket())) {
      Idle.await(iosock.pid());
      if (signal == 0) {
        Shared.open(directory, "gate");
      } else {
        iosock.signal(signal);
      }
      assertEquals(signal == 0 ? 9 : 128 + signal, iosock.exitCode());
      assertEquals("", observer.readAllText());
      assertFalse(Files.exists(iosock.socket()));
      assertFalse(Files.exists(observersSocket()));
    }
  }

  @Test
  void aStaleSocketIsReplaced() throws Exception {
    try (Iosock killed = Shared.running(directory, OBSERVE, "cat")) {
      killed.signal(9);
      assertEquals(128 + 9, killed.exitCode());
    }
    assertTrue(Files.exists(observersSocket()));
    try (Iosock iosock = Shared.running(directory, OBSERVE, "cat");
        Client observer = Client.connect(observersSocket());
        Client client = iosock.connect()) {
      client.send("word\n");
      assertEquals("word", observer.readLine());
    }
  }

  @Test
  void abstractSockets() throws Exception {
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-observers";
    try (Iosock iosock =
        Iosock.in(directory)
            .startWith("-o", name, "./s.sock", "sh", "-c", "read x; echo $x; read x")
            .awaitCommand()) {
      int alone = Proc.sockets(iosock.pid());
      try (Peer observer = Peer.iosock(directory, "--connect", name).endInput();
          Client client = iosock.connect()) {
        Shared.awaitSockets(iosock, alone + 2);
        client.send("word\n").readUntil("word\n");
        observer.awaitOutput("word\n");
        client.send("end\n");
        assertEquals(0, observer.exitCode());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"./s.sock", "s.sock", "././s.sock", "d/../s.sock", "l/s.sock", "$PWD"})
  void theSocketItselfIsRefused(String spelling) throws Exception {
    Files.createDirectory(directory.resolve("d"));
    Files.createSymbolicLink(directory.resolve("l"), directory);
    String path = spelling.equals("$PWD") ? directory.resolve("s.sock").toString() : spelling;
    assertItselfIsRefused(path, "./s.sock");
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  @Test
  void theAbstractSocketItselfIsRefused() throws Exception {
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-same";
    assertItselfIsRefused(name, name);
  }

  private void assertItselfIsRefused(String observersSocket, String socket) throws Exception {
    Run run = Shared.run(directory, "", "-o", observersSocket, socket, "touch", "started");
    assertEquals(125, run.exitCode());
    assertTrue(run.output().matches("iosock: [^\n]+\n"), run.output());
    assertFalse(Files.exists(directory.resolve("started")));
  }

  @ParameterizedTest
  @CsvSource({
    "no/o.sock,No such file or directory",
    "file,File exists",
    "file/o.sock,Not a directory",
    "d,File exists",
    "dangling,File exists",
  })
  void whatCannotBeBoundIsRefused(String path, String error) throws Exception {
    Files.writeString(directory.resolve("file"), "mine");
    Files.createDirectory(directory.resolve("d"));
    Files.createSymbolicLink(directory.resolve("dangling"), Path.of("nowhere"));
    assertRefused(path, error);
    assertEquals("mine", Files.readString(directory.resolve("file")));
    assertTrue(Files.isDirectory(directory.resolve("d")));
    assertFalse(Files.exists(directory.resolve("nowhere")));
  }

  @Test
  void anotherServersSocketIsRefusedAndLeftAlone() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (Iosock iosock = Iosock.running(other, "cat")) {
      assertRefused("other/s.sock", "Address already in use");
      try (Client client = iosock.connect()) {
        assertEquals("alive", client.send("alive\n").readLine());
      }
    }
  }

  @Test
  void noObserversSocketIsLeftBehindIfTheSocketIsTaken() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      Run run = Shared.run(directory, "", "-o", "./o.sock", "./s.sock", "touch", "started");
      assertEquals(new Run(125, "iosock: cannot bind ./s.sock: Address already in use\n"), run);
      assertFalse(Files.exists(observersSocket()));
      assertFalse(Files.exists(directory.resolve("started")));
      try (Client client = iosock.connect()) {
        assertEquals("alive", client.send("alive\n").readLine());
      }
    }
  }

  @Test
  void noSocketIsLeftBehindIfTheCommandCannotBeRun() throws Exception {
    Run run = Shared.run(directory, "", "-o", "./o.sock", "./s.sock", "./nosuch");
    assertEquals(new Run(127, "iosock: cannot run ./nosuch: No such file or directory\n"), run);
    assertFalse(Files.exists(observersSocket()));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  private void assertRefused(String path, String error) throws Exception {
    Run run = Shared.run(directory, "", "-o", path, "./s.sock", "touch", "started");
    assertEquals(new Run(125, "iosock: cannot bind " + path + ": " + error + "\n"), run);
    assertFalse(Files.exists(directory.resolve("started")));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  private Path observersSocket() {
    return directory.resolve("o.sock");
  }
}
