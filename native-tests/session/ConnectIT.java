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
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Server;
import support.Terminal;
import support.Tool;

/** {@code --connect}: iosock as the client, of servers of every kind. */
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

  // To the end, whoever ends first.

  @Test
  void aJavaServerReadsTheEndAndThenStillSpeaks() throws Exception {
    byte[] question = Bytes.random(3_000_000, 1);
    byte[] answer = Bytes.random(10_000_000, 2);
    Files.write(directory.resolve("in"), question);
    try (Server server = Server.listen(socket());
        Iosock iosock = Iosock.in(directory).input(from("in")).startWith("--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        assertArrayEquals(question, client.readAll());
        client.send(answer);
      }
      assertEndsCleanly(iosock, answer);
    }
  }

  @Test
  void socatReadsTheEndAndThenStillSpeaks() throws Exception {
    Tool.require("socat", "socat");
    byte[] answer = Bytes.random(10_000_000, 3);
    Files.write(directory.resolve("answer"), answer);
    Process socat = serve("socat", "-t30", "UNIX-LISTEN:s.sock", "SYSTEM:cat >heard; cat answer");
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      say(iosock, "question\n");
      assertEndsCleanly(iosock, answer);
      assertEquals("question\n", Files.readString(directory.resolve("heard")));
    } finally {
      end(socat);
    }
  }

  /** It is done with its own side first: after the client's it would end at once. */
  @Test
  void netcatSaysAllAndThenStillHears() throws Exception {
    Tool.require("nc", "netcat-openbsd");
    byte[] answer = Bytes.random(10_000_000, 4);
    Process netcat = serve("nc", "-NlU", "s.sock");
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      try (OutputStream keyboard = netcat.getOutputStream()) {
        keyboard.write(answer);
      }
      Path out = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(out) == answer.length);
      say(iosock, "question\n");
      assertEndsCleanly(iosock, answer);
      assertEquals(0, netcat.waitFor());
      assertEquals("question\n", heard());
    } finally {
      end(netcat);
    }
  }

  @Test
  void anIosockServerHearsAllAndEndsWithItsCommand() throws Exception {
    try (Iosock server = Iosock.running(directory, "sh", "-c", "read x; echo got $x; exit 3")) {
      assertEquals(new Run(0, "got it\n"), connectWithInput("it\n"));
      assertEquals(3, server.exitCode());
    }
  }

  /** The input has not ended, and nothing is left unread: whoever closes first ends it. */
  @Test
  void theServersEndEndsItThoughThereMayBeMoreInput() throws Exception {
    byte[] answer = Bytes.random(1_000_000, 5);
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        client.send(answer);
      }
      assertEndsCleanly(iosock, answer);
    }
  }

  /** What the server sent is still in its socket when it is gone. */
  @Test
  void aSlowReaderGetsAllThatWasSentByAServerThatIsGone() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .startWith("--connect", "./s.sock")) {
      byte[] sent;
      try (Client client = server.accept()) {
        sent = sendAllThatIsTaken(client, Bytes.random(16 << 20, 6));
      }
      Idle.await(iosock.pid());
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "unread"})
  void whatAServerSentThatWasKilledIsPrinted(String input) throws Exception {
    Tool.require("socat", "socat");
    byte[] answer = Bytes.random(1_000_000, 7);
    Files.write(directory.resolve("answer"), answer);
    Process socat = serve("socat", "-u", "OPEN:answer,ignoreeof", "UNIX-LISTEN:s.sock");
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      OutputStream keyboard = iosock.process().getOutputStream();
      keyboard.write(input.getBytes(StandardCharsets.US_ASCII));
      keyboard.flush();
      Path out = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(out) == answer.length);
      Proc.signal(socat.pid(), "-KILL");
      assertEquals(input.isEmpty() ? 0 : FAILED, iosock.exitCode());
      assertArrayEquals(answer, Files.readAllBytes(out));
      assertEquals(input.isEmpty() ? "" : RESET, iosock.errors());
    } finally {
      end(socat);
    }
  }

  @Test
  void aServerThatLeavesInputUnreadIsComplainedOf() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        OutputStream keyboard = iosock.process().getOutputStream();
        keyboard.write("unread".getBytes(StandardCharsets.US_ASCII));
        keyboard.flush();
        assertEquals("u", client.readText(1));
        client.send("answer");
      }
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(RESET, iosock.errors());
      assertEquals("answer", iosock.output());
    }
  }

  @Test
  void aServerThatStopsHearingIsComplainedOf() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        client.send("answer").shutdownInput();
        OutputStream keyboard = iosock.process().getOutputStream();
        keyboard.write("unheard".getBytes(StandardCharsets.US_ASCII));
        keyboard.flush();
        Idle.await(iosock.pid());
      }
      assertEquals(FAILED, iosock.exitCode());
      assertEquals("iosock: cannot send everything to ./s.sock: Broken pipe\n", iosock.errors());
      assertEquals("answer", iosock.output());
    }
  }

  @Test
  void aServerThatHasSaidAllStillHearsAll() throws Exception {
    byte[] input = Bytes.random(3_000_000, 8);
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock");
        Client client = server.accept()) {
      client.send("all").shutdownOutput();
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("all"));
      Idle.await(iosock.pid());
      CompletableFuture<byte[]> heard = CompletableFuture.supplyAsync(() -> readAll(client));
      try (OutputStream keyboard = iosock.process().getOutputStream()) {
        keyboard.write(input);
      }
      assertArrayEquals(input, heard.get(30, SECONDS));
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void bytesPassUntouchedWithPtyTooIfInputIsNoTerminal() throws Exception {
    byte[] input = new byte[256];
    for (int i = 0; i < input.length; i++) {
      input[i] = (byte) i;
    }
    Files.write(directory.resolve("in"), input);
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(from("in")).startWith("-p", "--connect", "./s.sock")) {
      try (Client client = server.accept()) {
        byte[] heard = client.readAll();
        assertArrayEquals(input, heard);
        client.send(heard);
      }
      assertEndsCleanly(iosock, input);
    }
  }

  // Input and output of every kind.

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock <in >out",
        "./iosock --connect ./s.sock <in >>out",
        "cat in | ./iosock --connect ./s.sock | cat >out",
        "mkfifo f g; cat in >f & cat g >out & ./iosock --connect ./s.sock <f >g && wait",
        "socat -t30 - EXEC:'./iosock --connect ./s.sock' <in >out",
      })
  void anyInputAndAnyOutputWillDo(String line) throws Exception {
    Tool.require("socat", "socat");
    byte[] bytes = Bytes.random(400_000, 9);
    Files.write(directory.resolve("in"), bytes);
    assertArrayEquals(bytes, echoed(line));
    byte[] out = Files.readAllBytes(directory.resolve("out"));
    assertArrayEquals(bytes, out);
  }

  @Test
  void anAppendOnlyFileKeepsWhatItHad() throws Exception {
    Files.writeString(directory.resolve("out"), "before ");
    Files.writeString(directory.resolve("in"), "word");
    echoed("./iosock --connect ./s.sock <in >>out");
    assertEquals("before word", Files.readString(directory.resolve("out")));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock </dev/null >out",
        "./iosock --connect ./s.sock <&- >out",
        "./iosock --connect ./s.sock <&- >out 2>&-",
      })
  void noInputIsTheEndAtOnce(String line) throws Exception {
    assertArrayEquals(new byte[0], echoed(line));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "./iosock --connect ./s.sock <in >/dev/null",
        "./iosock --connect ./s.sock <in >/dev/null 2>&-",
      })
  void outputMayGoNowhere(String line) throws Exception {
    byte[] bytes = Bytes.random(400_000, 10);
    Files.write(directory.resolve("in"), bytes);
    assertArrayEquals(bytes, echoed(line));
  }

  /** In silence or with a line, but never into whatever the VM has opened in its place. */
  @Test
  void closedOutputKeepsNobodyWaiting() throws Exception {
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
  void outputThatNobodyReadsAnyMoreEndsItInSilence() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .startWith("--connect", "./s.sock");
        Client client = server.accept()) {
      iosock.process().getInputStream().close();
      client.send("word");
      assertEquals(128 + SIGPIPE, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void outputThatIsFullEndsItWithALine() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.to(new File("/dev/full")))
                .startWith("--connect", "./s.sock");
        Client client = server.accept()) {
      client.send("word");
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(
          "iosock: cannot write to standard output: No space left on device\n", iosock.errors());
    }
  }

  @Test
  void whatIsSharedStaysBlocking() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .error(Redirect.PIPE)
                .startWith("--connect", "./s.sock");
        Client client = server.accept()) {
      iosock.process().getOutputStream().write("word".getBytes(StandardCharsets.US_ASCII));
      iosock.process().getOutputStream().flush();
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

  // What cannot be.

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
  void aServerThatIsNotThereIsOneLine(String socket, String reason) throws Exception {
    Files.writeString(directory.resolve("file"), "no socket");
    Server.listen(directory.resolve("stale")).close();
    assertFails("cannot connect to " + socket + ": " + reason, "--connect", socket);
    assertEquals("no socket", Files.readString(directory.resolve("file")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"./", "@"})
  void aNameThatIsTooLongIsOneLine(String start) throws Exception {
    String name = start + "x".repeat(108);
    assertFails("cannot connect to " + name + ": File name too long", "--connect", name);
  }

  /** Without the capability root is a user like any other. */
  @Test
  void aSocketThatIsNotOursIsOneLine() throws Exception {
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
  void tooLittleOrTooMuchIsOneLine(String arguments, String complaint) throws Exception {
    assertFails(complaint + " (see iosock --help)", arguments.split(" "));
    assertFalse(Files.exists(socket()));
  }

  // Servers that are busy, slow, or dead.

  @Test
  void aSecondClientEndsAtOnce() throws Exception {
    try (Iosock server = Iosock.running(directory, "cat");
        Client first = server.connect()) {
      assertEquals("x", first.send("x").readText(1));
      Path elsewhere = Files.createDirectory(directory.resolve("second"));
      try (Iosock second =
          Iosock.in(elsewhere)
              .input(Redirect.PIPE)
              .startWith("--connect", server.socket().toString())) {
        assertEquals(0, second.exitCode());
        assertEquals("", second.output() + second.errors());
      }
      assertEquals("y", first.send("y").readText(1));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {SIGTERM, SIGINT, SIGHUP})
  void whileAServerHasNoRoomItWaitsAndHearsSignals(int signal) throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = waitingFor(server)) {
      iosock.signal(signal);
      assertEquals(128 + signal, iosock.exitCode(), iosock.errors());
      assertEquals("", iosock.output());
    }
  }

  /** A window that is resized, and a process that is continued, change nothing. */
  @ParameterizedTest
  @ValueSource(strings = {"-WINCH", "-CONT", "-CHLD"})
  void whileAServerHasNoRoomItWaitsThroughSignalsThatEndNothing(String signal) throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = waitingFor(server)) {
      Proc.signal(iosock.pid(), signal);
      assertFalse(iosock.process().waitFor(2, SECONDS), "it has ended");
    }
  }

  @Test
  void whenTheServerHasRoomAgainItConnects() throws Exception {
    try (Server server = Server.full(socket());
        Iosock iosock = waitingFor(server)) {
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
  void aServerThatDoesNotReadKeepsNoSignalWaiting(int signal) throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory).input(from("/dev/zero")).startWith("--connect", "./s.sock");
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
  void itDoesNotSpinAfterTheServerWasLostWhileBothSpoke() throws Exception {
    try (Server server = Server.listen(socket());
        Iosock iosock =
            Iosock.in(directory)
                .input(from("/dev/zero"))
                .output(Redirect.PIPE)
                .startWith("--connect", "./s.sock")) {
      byte[] sent;
      try (Client client = server.accept()) {
        sent = sendAllThatIsTaken(client, Bytes.random(16 << 20, 11));
      }
      Idle.await(iosock.pid());
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(RESET, iosock.errors());
    }
  }

  // On a terminal, a line at a time.

  @Test
  void aTerminalStaysAsItIs() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      final String settings = terminal.settings();
      Process iosock = onTerminal(terminal);
      try (Client client = server.accept()) {
        terminal.type("worf\u007fd\n");
        assertEquals("word\n", client.readText(5));
        assertEquals(settings, terminal.settings());
        client.send("an answer\n");
        terminal.awaitText("an answer\r\n");
        // Here a control character is a character.
        terminal.type("\u0016\u001c\n");
        assertEquals("\u001c\n", client.readText(2));
        terminal.type("\u0004");
        assertEquals("", client.readText(1));
        client.send("last words\n");
        terminal.awaitText("last words\r\n");
      }
      terminal.awaitText("code=0");
      assertEquals(settings, terminal.settings());
      end(iosock);
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
  void whoeverTypesToAServerThatHasSaidAllIsDone() throws Exception {
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

  /** A shell stays the terminal's session leader: when that ends, the settings are reset. */
  private Process onTerminal(Terminal terminal) throws Exception {
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

  /** Says all there is to say. */
  private static void say(Iosock iosock, String text) throws Exception {
    try (OutputStream keyboard = iosock.process().getOutputStream()) {
      keyboard.write(text.getBytes(StandardCharsets.US_ASCII));
    }
  }

  private void assertEndsCleanly(Iosock iosock, byte[] output) throws Exception {
    assertEquals(0, iosock.exitCode(), iosock.errors());
    assertEquals("", iosock.errors());
    assertArrayEquals(output, Files.readAllBytes(directory.resolve("stdout")));
  }

  private void assertFails(String complaint, String... arguments) throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of(arguments));
    assertEquals(
        new Run(FAILED, "iosock: " + complaint + "\n"),
        Run.of(directory, line.toArray(String[]::new)));
  }

  private Run connectWithInput(String input) throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of("--connect", "./s.sock"));
    return Run.withInput(directory, input, line.toArray(String[]::new));
  }

  /** Starts a client at a server that has no room, and waits until it waits. */
  private Iosock waitingFor(Server full) throws Exception {
    Iosock iosock = Iosock.in(directory).startWith("--connect", full.path().toString());
    await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock.pid()) > 0);
    Idle.await(iosock.pid());
    assertTrue(iosock.process().isAlive(), "it does not wait");
    return iosock;
  }

  /** Starts another program as the server, and waits until it listens. */
  private Process serve(String... command) throws Exception {
    Process server = start(command);
    await().atMost(20, SECONDS).until(() -> Files.exists(socket()));
    return server;
  }

  private Process start(String... command) throws Exception {
    return new ProcessBuilder(command)
        .directory(directory.toFile())
        .redirectOutput(directory.resolve("heard").toFile())
        .redirectError(directory.resolve("server.errors").toFile())
        .start();
  }

  private static void end(Process process) throws Exception {
    process.destroyForcibly();
    process.waitFor();
  }

  private String heard() throws Exception {
    return Files.readString(directory.resolve("heard"));
  }

  /**
   * Runs a shell command at a server that hears all and then says the same.
   *
   * @return what the server heard
   */
  private byte[] echoed(String line) throws Exception {
    Iosock.script(directory);
    try (Server server = Server.listen(socket())) {
      Process client = start("sh", "-c", line);
      byte[] heard;
      try (Client accepted = server.accept()) {
        heard = accepted.readAll();
        accepted.send(heard);
      }
      assertTrue(client.waitFor(30, SECONDS));
      assertEquals(0, client.exitValue());
      return heard;
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
   * @return how much of it was
   */
  private static byte[] sendAllThatIsTaken(Client client, byte[] bytes) {
    AtomicInteger sent = new AtomicInteger();
    await()
        .during(300, MILLISECONDS)
        .atMost(30, SECONDS)
        .until(() -> client.sendNow(bytes, sent) == 0);
    return Arrays.copyOf(bytes, sent.get());
  }
}
