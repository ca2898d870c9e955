package session;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Server;
import support.Terminal;
import support.Tool;

/** {@code --connect}: iosock as the client of servers of every kind. */
class ConnectIT {

  private static final int FAILED = 125;
  private static final int SIGHUP = 1;
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final int SIGPIPE = 13;
  private static final int O_NONBLOCK = 04000;
  private static final String RESET =
      "iosock: cannot send everything to ./s.sock: Connection reset by peer\n";

  @TempDir Path directory;

  // End of file and close, from either side.

  @Test
  void aJavaServerMaySendAfterItHasReadEndOfFile() throws Exception {
    byte[] question = Bytes.random(3_000_000, 1);
    byte[] answer = Bytes.random(10_000_000, 2);
    Files.write(directory.resolve("in"), question);
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(from("in"))) {
      try (Client client = server.accept()) {
        assertArrayEquals(question, client.readAll());
        client.send(answer);
      }
      assertEndsCleanly(iosock, answer);
    }
  }

  @Test
  void socatMaySendAfterItHasReadEndOfFile() throws Exception {
    Tool.require("socat", "socat");
    byte[] answer = Bytes.random(10_000_000, 3);
    Files.write(directory.resolve("answer"), answer);
    Process socat =
        startServer("socat", "-t30", "UNIX-LISTEN:s.sock", "SYSTEM:cat >received; cat answer");
    try (Iosock iosock = startClient(Redirect.PIPE)) {
      writeAndClose(iosock, "question\n");
      assertEndsCleanly(iosock, answer);
      assertEquals("question\n", Files.readString(directory.resolve("received")));
    } finally {
      kill(socat);
    }
  }

  /** netcat has to finish sending first: it exits at once when the client shuts down sending. */
  @Test
  void netcatMayReceiveAfterItHasSentEverything() throws Exception {
    Tool.require("nc", "netcat-openbsd");
    byte[] answer = Bytes.random(10_000_000, 4);
    Process netcat = startServer("nc", "-NlU", "s.sock");
    try (Iosock iosock = startClient(Redirect.PIPE)) {
      try (OutputStream stdin = netcat.getOutputStream()) {
        stdin.write(answer);
      }
      Path out = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(out) == answer.length);
      writeAndClose(iosock, "question\n");
      assertEndsCleanly(iosock, answer);
      assertEquals(0, netcat.waitFor());
      assertEquals("question\n", received());
    } finally {
      kill(netcat);
    }
  }

  @Test
  void anIosockServerReceivesTheInputAndExitsWithItsCommand() throws Exception {
    try (Iosock server = Iosock.running(directory, "sh", "-c", "read x; echo got $x; exit 3")) {
      assertEquals(new Run(0, "got it\n"), connectWithInput("it\n"));
      assertEquals(3, server.exitCode());
    }
  }

  /** The server has read everything, so that no input is lost: this is no error. */
  @Test
  void itExitsWhenTheServerClosesThoughItsInputIsOpen() throws Exception {
    byte[] answer = Bytes.random(1_000_000, 5);
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE)) {
      try (Client client = server.accept()) {
        client.send(answer);
      }
      assertEndsCleanly(iosock, answer);
    }
  }

  /** The data is still in the client's socket after the server has closed. */
  @Test
  void aSlowReaderGetsAllThatTheServerSentBeforeItClosed() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE, Redirect.PIPE)) {
      byte[] sent;
      try (Client client = server.accept()) {
        sent = sendUntilBlocked(client, Bytes.random(16 << 20, 6));
      }
      Idle.await(iosock.pid());
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unread"})
  void whatAServerSentBeforeItWasKilledIsPrinted(String input) throws Exception {
    Tool.require("socat", "socat");
    byte[] answer = Bytes.random(1_000_000, 7);
    Files.write(directory.resolve("answer"), answer);
    Process socat = startServer("socat", "-u", "OPEN:answer,ignoreeof", "UNIX-LISTEN:s.sock");
    try (Iosock iosock = startClient(Redirect.PIPE)) {
      write(iosock, input);
      Path out = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(out) == answer.length);
      Proc.signal(socat.pid(), "-KILL");
      assertEquals(input.isEmpty() ? 0 : FAILED, iosock.exitCode());
      assertArrayEquals(answer, Files.readAllBytes(out));
      assertEquals(input.isEmpty() ? "" : RESET, iosock.errors());
    } finally {
      kill(socat);
    }
  }

  @Test
  void aServerThatClosesWithInputUnreadIsAnError() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE)) {
      try (Client client = server.accept()) {
        write(iosock, "unread");
        assertEquals("u", client.readText(1));
        client.send("answer");
      }
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(RESET, iosock.errors());
      assertEquals("answer", iosock.output());
    }
  }

  @Test
  void aServerThatShutsDownReceivingIsAnError() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE)) {
      try (Client client = server.accept()) {
        client.send("answer").shutdownInput();
        write(iosock, "unread");
        Idle.await(iosock.pid());
      }
      assertEquals(FAILED, iosock.exitCode());
      assertEquals("iosock: cannot send everything to ./s.sock: Broken pipe\n", iosock.errors());
      assertEquals("answer", iosock.output());
    }
  }

  @Test
  void aServerThatHasShutDownSendingStillReceivesAllInput() throws Exception {
    byte[] input = Bytes.random(3_000_000, 8);
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE);
        Client client = server.accept()) {
      client.send("all").shutdownOutput();
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("all"));
      Idle.await(iosock.pid());
      CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> readAll(client));
      try (OutputStream stdin = iosock.process().getOutputStream()) {
        stdin.write(input);
      }
      assertArrayEquals(input, received.get(30, SECONDS));
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void bytesAreUnchangedWithPtyIfInputIsNoTerminal() throws Exception {
    byte[] input = new byte[256];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) i;
    }
    Files.write(directory.resolve("in"), input);
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(from("in")).startWith("-p", "--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        byte[] received = client.readAll();
        assertArrayEquals(input, received);
        client.send(received);
      }
      assertEndsCleanly(iosock, input);
    }
  }

  // Kinds of input and output.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock <in >out",
        "./iosock --connect ./s.sock <in >>out",
        "cat in | ./iosock --connect ./s.sock | cat >out",
        "mkfifo f g; cat in >f & cat g >out & ./iosock --connect ./s.sock <f >g && wait",
        "socat -t30 - EXEC:'./iosock --connect ./s.sock' <in >out",
      })
  void inputAndOutputMayBeOfAnyKind(String line) throws Exception {
    Tool.require("socat", "socat");
    byte[] bytes = Bytes.random(400_000, 9);
    Files.write(directory.resolve("in"), bytes);
    assertArrayEquals(bytes, runWithEchoServer(line));
    byte[] out = Files.readAllBytes(directory.resolve("out"));
    assertArrayEquals(bytes, out);
  }

  @Test
  void aFileOpenedForAppendingKeepsItsContent() throws Exception {
    Files.writeString(directory.resolve("out"), "before ");
    Files.writeString(directory.resolve("in"), "word");
    runWithEchoServer("./iosock --connect ./s.sock <in >>out");
    assertEquals("before word", Files.readString(directory.resolve("out")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock </dev/null >out",
        "./iosock --connect ./s.sock <&- >out",
        "./iosock --connect ./s.sock <&- >out 2>&-",
      })
  void emptyOrClosedInputIsEndOfFileAtOnce(String line) throws Exception {
    assertArrayEquals(new byte[0], runWithEchoServer(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock <in >/dev/null",
        "./iosock --connect ./s.sock <in >/dev/null 2>&-",
      })
  void outputMayBeDevNull(String line) throws Exception {
    byte[] bytes = Bytes.random(400_000, 10);
    Files.write(directory.resolve("in"), bytes);
    assertArrayEquals(bytes, runWithEchoServer(line));
  }

  /**
   * With or without an error line; but the answer must not go into a file that the VM opened as
   * descriptor 1.
   */
  @Test
  void itExitsThoughItsOutputIsClosed() throws Exception {
    Files.writeString(directory.resolve("in"), "word");
    Iosock.script(directory);
    try (Server server = Server.listen(socket())) {
      Process client = start("sh", "-c", "./iosock --connect ./s.sock <in >&-");
      try (Client accepted = server.accept()) {
        assertEquals("word", accepted.readAllText());
        accepted.send("answer");
      }
      assertTrue(client.waitFor(30, SECONDS));
      assertTrue(List.of(0, FAILED).contains(client.exitValue()), "" + client.exitValue());
    }
  }

  @Test
  void itExitsSilentlyWhenTheReaderOfItsOutputHasClosed() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE, Redirect.PIPE);
        Client client = server.accept()) {
      Forks.close(iosock.process().getInputStream());
      client.send("word");
      assertEquals(128 + SIGPIPE, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aFullDeviceAsOutputEndsItWithAnErrorLine() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(Redirect.PIPE, Redirect.to(new File("/dev/full")));
        Client client = server.accept()) {
      client.send("word");
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(
          "iosock: cannot write to standard output: No space left on device\n", iosock.errors());
    }
  }

  @Test
  void inheritedDescriptorsStayBlocking() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .error(Redirect.PIPE)
                .startWith("--connect", "./s.sock");
        Client client = server.accept()) {
      write(iosock, "word");
      assertEquals("word", client.readText(4));
      client.send("answer");
      assertEquals(
          "answer",
          new String(iosock.process().getInputStream().readNBytes(6), StandardCharsets.US_ASCII));
      for (int fd = 0; fd <= 2; fd++) {
        assertEquals(0, Proc.flags(iosock.pid(), fd) & O_NONBLOCK, "flags of " + fd);
      }
    }
  }

  // Errors.

  @ParameterizedTest
  @CsvSource({
    "./nothing, No such file or directory",
    "./nodir/s.sock, No such file or directory",
    "./file, Connection refused",
    "./stale, Connection refused",
    "./file/s.sock, Not a directory",
    "@iosock-test-of-nobody, Connection refused",
    "'', No such file or directory",
  })
  void aMissingServerIsOneErrorLine(String socket, String reason) throws Exception {
    Files.writeString(directory.resolve("file"), "no socket");
    Server.listen(directory.resolve("stale")).close();
    assertFails("cannot connect to " + socket + ": " + reason, "--connect", socket);
    assertEquals("no socket", Files.readString(directory.resolve("file")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"./", "@"})
  void aTooLongNameIsOneErrorLine(String start) throws Exception {
    String name = start + "x".repeat(108);
    assertFails("cannot connect to " + name + ": File name too long", "--connect", name);
  }

  /** Without CAP_DAC_OVERRIDE root needs the permission too. */
  @Test
  void aSocketWithoutPermissionIsOneErrorLine() throws Exception {
    Tool.require("setpriv", "util-linux");
    boolean isRoot = "root".equals(System.getProperty("user.name"));
    try (Iosock server =
            Iosock.in(directory).startWith("-m", "0", "./s.sock", "cat").awaitListening();
        Client first = server.connect()) {
      List<String> line = Iosock.commandLine(List.of());
      if (isRoot) {
        line.addAll(0, List.of("setpriv", "--bounding-set=-dac_override"));
      }
      line.addAll(List.of("--connect", "./s.sock"));
      assertEquals(
          new Run(FAILED, "iosock: cannot connect to ./s.sock: Permission denied\n"),
          Run.of(directory, line.toArray(String[]::new)));
      assertEquals("x", first.send("x").readText(1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "--connect s.sock cat      | no COMMAND is run with --serve or --connect: cat",
        "--serve s.sock cat        | no COMMAND is run with --serve or --connect: cat",
        "--connect                 | no SOCKET given",
        "--serve                   | no SOCKET given",
        "-p                        | no SOCKET given",
        "-p s.sock                 | no COMMAND given",
        "-                         | no COMMAND given",
        "--connect -               | not a socket: -",
        "--serve -                 | not a socket: -",
        "--serve --connect s.sock  | either --serve or --connect, not both",
        "-m 600 --connect s.sock   | --mode is for a socket that iosock makes",
        "--detach-key q --connect s.sock | --detach-key is for -p --connect",
      })
  void wrongUsageIsOneErrorLine(String arguments, String message) throws Exception {
    assertFails(message + " (see iosock --help)", arguments.split(" "));
    assertFalse(Files.exists(socket()));
  }

  // Servers that are busy, slow or gone.

  @Test
  void aSecondClientExitsAtOnceAndSaysWhy() throws Exception {
    try (Iosock server = Iosock.running(directory, "cat");
        Client first = server.connect()) {
      assertEquals("x", first.send("x").readText(1));
      Path elsewhere = Files.createDirectory(directory.resolve("second"));
      try (Iosock second =
          Iosock.in(elsewhere)
              .input(Redirect.PIPE)
              .startWith("--connect", server.socket().toString())) {
        assertEquals(125, second.exitCode());
        assertEquals("", second.output());
        assertEquals("iosock: " + server.socket() + " has another client\n", second.errors());
      }
      assertEquals("y", first.send("y").readText(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGTERM, SIGINT, SIGHUP})
  void signalsEndItsWaitForAFullListenQueue(int signal) throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = startWaitingClient(server)) {
      iosock.signal(signal);
      assertEquals(128 + signal, iosock.exitCode(), iosock.errors());
      assertEquals("", iosock.output());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-WINCH", "-CONT", "-CHLD"})
  void harmlessSignalsDoNotEndItsWaitForAFullListenQueue(String signal) throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = startWaitingClient(server)) {
      Proc.signal(iosock.pid(), signal);
      assertFalse(iosock.process().waitFor(2, SECONDS), "iosock has exited");
    }
  }

  @Test
  void itConnectsOnceTheListenQueueHasRoom() throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = startWaitingClient(server)) {
      server.accept().close();
      server.accept().close();
      try (Client client = server.accept()) {
        client.send("welcome");
      }
      assertEndsCleanly(iosock, "welcome".getBytes(StandardCharsets.US_ASCII));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGTERM, SIGINT, SIGHUP})
  void signalsEndItAtOnceThoughTheServerReadsNothing(int signal) throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(from("/dev/zero"));
        Client client = server.accept()) {
      assertEquals("\0", client.readText(1));
      Idle.await(iosock.pid());
      iosock.signal(signal);
      assertTrue(iosock.process().waitFor(5, SECONDS));
      assertEquals(128 + signal, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void itIsIdleAfterTheServerClosedWithDataPendingBothWays() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock = startClient(from("/dev/zero"), Redirect.PIPE)) {
      byte[] sent;
      try (Client client = server.accept()) {
        sent = sendUntilBlocked(client, Bytes.random(16 << 20, 11));
      }
      Idle.await(iosock.pid());
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(RESET, iosock.errors());
    }
  }

  // On a terminal, a line at a time.

  @Test
  void terminalSettingsStayUnchanged() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      final String settings = terminal.settings();
      Process iosock = startOnTerminal(terminal);
      try (Client client = server.accept()) {
        terminal.type("worf\u007fd\n");
        assertEquals("word\n", client.readText(5));
        assertEquals(settings, terminal.settings());
        client.send("an answer\n");
        terminal.awaitText("an answer\r\n");
        // Ctrl-V quotes Ctrl-\, which is no detach key without -p.
        terminal.type("\u0016\u001c\n");
        assertEquals("\u001c\n", client.readText(2));
        terminal.type("\u0004");
        assertEquals("", client.readText(1));
        client.send("last line\n");
        terminal.awaitText("last line\r\n");
      }
      terminal.awaitText("code=0");
      assertEquals(settings, terminal.settings());
      kill(iosock);
    }
  }

  @Test
  void controlCEndsIt() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process iosock = terminal.startIosock(directory, "--connect", "./s.sock");
      try (Client client = server.accept()) {
        terminal.type("word\n");
        assertEquals("word\n", client.readText(5));
        terminal.type("\u0003");
        assertEquals(128 + SIGINT, Terminal.exitCode(iosock));
      }
    }
  }

  @Test
  void onATerminalItExitsWhenTheServerShutsDownSending() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process iosock = terminal.startIosock(directory, "--connect", "./s.sock");
      try (Client client = server.accept()) {
        client.send("all\n").shutdownOutput();
        assertEquals(0, Terminal.exitCode(iosock));
        terminal.awaitText("all\r\n");
      }
    }
  }

  /**
   * The shell stays the session leader: when a session leader exits, the kernel resets the settings
   * of its terminal.
   */
  private Process startOnTerminal(Terminal terminal) throws Exception {
    Iosock.script(directory);
    return terminal.start(
        directory, "sh", "-c", "./iosock --connect ./s.sock; echo code=$?; exec sleep 1000");
  }

  private Path socket() {
    return directory.resolve("s.sock");
  }

  private Redirect from(String file) {
    return Redirect.from(directory.resolve(file).toFile());
  }

  private Iosock startClient(Redirect input) throws IOException {
    return Iosock.in(directory).input(input).startWith("--connect", "./s.sock");
  }

  private Iosock startClient(Redirect input, Redirect output) throws IOException {
    return Iosock.in(directory).input(input).output(output).startWith("--connect", "./s.sock");
  }

  /** Writes to iosock's standard input. */
  private static void write(Iosock iosock, String text) throws IOException {
    OutputStream stdin = iosock.process().getOutputStream();
    stdin.write(text.getBytes(StandardCharsets.US_ASCII));
    stdin.flush();
  }

  private static void writeAndClose(Iosock iosock, String text) throws Exception {
    try (OutputStream stdin = iosock.process().getOutputStream()) {
      stdin.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void assertEndsCleanly(Iosock iosock, byte[] output) throws Exception {
    assertEquals(0, iosock.exitCode(), iosock.errors());
    assertEquals("", iosock.errors());
    assertArrayEquals(output, Files.readAllBytes(directory.resolve("stdout")));
  }

  private void assertFails(String message, String... arguments) throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of(arguments));
    assertEquals(
        new Run(FAILED, "iosock: " + message + "\n"),
        Run.of(directory, line.toArray(String[]::new)));
  }

  private Run connectWithInput(String input) throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of("--connect", "./s.sock"));
    return Run.withInput(directory, input, line.toArray(String[]::new));
  }

  /** Starts a client of a server whose listen queue is full; returns once the client waits. */
  private Iosock startWaitingClient(Server full) throws Exception {
    Iosock iosock = Iosock.in(directory).startWith("--connect", full.path().toString());
    await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock.pid()) > 0);
    Idle.awaitNearly(iosock.pid());
    assertTrue(iosock.process().isAlive(), "iosock has exited");
    return iosock;
  }

  /** Starts another program as the server, and waits until it listens. */
  private Process startServer(String... command) throws Exception {
    Process server = start(command);
    await().atMost(20, SECONDS).until(() -> Files.exists(socket()));
    return server;
  }

  private Process start(String... command) throws Exception {
    return Forks.start(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectOutput(directory.resolve("received").toFile())
            .redirectError(directory.resolve("server.errors").toFile()));
  }

  private static void kill(Process process) throws Exception {
    process.destroyForcibly();
    process.waitFor();
  }

  private String received() throws Exception {
    return Files.readString(directory.resolve("received"));
  }

  /**
   * Runs a shell command as the client of a server that reads to the end of file and then sends the
   * same bytes back.
   *
   * @return what the server received
   */
  private byte[] runWithEchoServer(String line) throws Exception {
    Iosock.script(directory);
    try (Server server = Server.listen(socket())) {
      Process client = start("sh", "-c", line);
      byte[] received;
      try (Client accepted = server.accept()) {
        received = accepted.readAll();
        accepted.send(received);
      }
      assertTrue(client.waitFor(30, SECONDS));
      assertEquals(0, client.exitValue());
      return received;
    }
  }

  private static byte[] readAll(Client client) {
    try {
      return client.readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * @return the bytes that were sent
   */
  private static byte[] sendUntilBlocked(Client client, byte[] bytes) {
    AtomicInteger sent = new AtomicInteger();
    await()
        .during(300, MILLISECONDS)
        .atMost(30, SECONDS)
        .until(() -> client.sendNow(bytes, sent) == 0);
    return Arrays.copyOf(bytes, sent.get());
  }
}
