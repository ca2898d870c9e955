package session;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;

/** A command with pipes, on iosock's own standard input and output. */
class StdioIT {

  private static final int SIGPIPE = 13;
  private static final int SIGTERM = 15;
  private static final int BULK = 10_000_000;
  private static final int O_NONBLOCK = 04000;
  private static final String SCRIPT = "cat; echo end; echo err >&2; exit 5";

  @TempDir Path directory;

  @Test
  void outputAndErrorsAreSeparate() throws Exception {
    Path input = Files.writeString(directory.resolve("file"), "word\n");
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.from(input.toFile()))
            .startWith("-", "sh", "-c", SCRIPT)) {
      assertScriptRan("word\n", iosock);
    }
  }

  @Test
  void inputFromDevNull() throws Exception {
    try (Iosock iosock = Iosock.in(directory).startWith("-", "sh", "-c", SCRIPT)) {
      assertScriptRan("", iosock);
    }
  }

  @Test
  void inputFromAPipe() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("-", "sh", "-c", SCRIPT)) {
      try (OutputStream input = iosock.process().getOutputStream()) {
        write(input, "one ");
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("one "));
        write(input, "two\n");
      }
      assertScriptRan("one two\n", iosock);
    }
  }

  @Test
  void inputFromAFifo() throws Exception {
    fifo("fifo");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("sh", "-c", "exec \"$@\" <fifo", "sh")
            .startWith("-", "sh", "-c", SCRIPT)) {
      Files.writeString(directory.resolve("fifo"), "word\n");
      assertScriptRan("word\n", iosock);
    }
  }

  @Test
  void closedInputIsEndOfFile() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-x0")
            .startWith("-", "sh", "-c", SCRIPT)) {
      assertScriptRan("", iosock);
    }
  }

  private static void assertScriptRan(String input, Iosock iosock) throws Exception {
    assertEquals(5, iosock.exitCode());
    assertEquals(input + "end\n", iosock.output());
    assertEquals("err\n", iosock.errors());
  }

  /** At whatever step of the start the descriptors run out. */
  @ParameterizedTest
  @ValueSource(strings = {"-", "@", "-p -", "-p @"})
  void withTooFewDescriptorsTheCommandIsNotRun(String options) throws Exception {
    String socket = options.endsWith("@") ? ProcessHandle.current().pid() + "-few" : "";
    List<String> arguments = new ArrayList<>(List.of((options + socket).split(" ")));
    arguments.addAll(List.of("sh", "-c", ": >ran"));
    int refusals = 0;
    for (int limit = 6; limit <= 24; limit++) {
      try (Iosock iosock =
          Iosock.in(directory)
              .under("prlimit", "--nofile=" + limit + ":" + limit)
              .withJava("-XX:-MaxFDLimit")
              .startWith(arguments.toArray(String[]::new))) {
        boolean refused = iosock.exitCode() == 125;
        refusals += refused ? 1 : 0;
        boolean ran = Files.deleteIfExists(directory.resolve("ran"));
        assertFalse(refused && ran, "with " + limit + ": " + iosock.errors());
      }
    }
    assertTrue(refusals > 0, "there were always enough descriptors");
  }

  /** Without a signal iosock would go on waiting for the reader of the command's output. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 15})
  void afterTheCommandHasExitedAnySignalEndsTheWaitForTheReader(int signal) throws Exception {
    String script = "head -c 500000 /dev/zero; : >done; exit 6";
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).startWith("-", "sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("done")));
      await().atMost(20, SECONDS).until(() -> iosock.commandPid() == 0);
      iosock.signal(signal);
      assertEquals(6, iosock.exitCode());
    }
  }

  /** Input and output are the same socket. */
  @Test
  void inputFromASocket() throws Exception {
    byte[] sent = Bytes.random(1_000_000, 1);
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path path = directory.resolve("peer");
      server.bind(UnixDomainSocketAddress.of(path));
      try (Iosock iosock =
              Iosock.in(directory)
                  .under(Programs.compiled("setup"), "-c", path.toString())
                  .under("sh", "-c", "exec \"$@\" <&1", "sh")
                  .startWith("-", "cat");
          SocketChannel peer = server.accept()) {
        CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> sendAll(peer, sent));
        ByteBuffer received = ByteBuffer.allocate(2 * sent.length);
        while (received.position() < sent.length && peer.read(received) >= 0) {
          continue;
        }
        assertArrayEquals(sent, Arrays.copyOf(received.array(), received.position()));
        sender.join();
        assertBlocking(iosock);
        peer.shutdownOutput();
        assertEquals(-1, peer.read(received));
        assertEquals(0, iosock.exitCode());
      }
    }
  }

  private static void sendAll(SocketChannel peer, byte[] bytes) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    try {
      while (buffer.hasRemaining()) {
        peer.write(buffer);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The terminal's settings stay unchanged, so that a line can be edited while it is typed. */
  @Test
  void inputFromATerminal() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process iosock = terminal.startIosock(directory, "-", "sh", "-c", "echo ready; " + SCRIPT);
      terminal.awaitText("ready\r\n");
      terminal.type("wrong\177\177\177\177\177").type("right\n").awaitText("\r\nright\r\n");
      assertEquals(before, terminal.settings());
      assertEquals(0, Proc.flags(iosock.pid(), 0) & O_NONBLOCK);
      terminal.type("\004").awaitText("end\r\n");
      assertEquals(5, Terminal.exitCode(iosock));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void aCommandThatCannotBeRunIsOneErrorLine() throws Exception {
    try (Iosock iosock = Iosock.in(directory).startWith("-", "nosuch")) {
      assertEquals(127, iosock.exitCode());
      assertEquals("iosock: cannot run nosuch: No such file or directory\n", iosock.errors());
    }
    try (Iosock iosock = Iosock.in(directory).startWith("-", "/")) {
      assertEquals(126, iosock.exitCode());
      assertEquals("iosock: cannot run /: Permission denied\n", iosock.errors());
    }
  }

  /** The first one too, and bytes that are no text. */
  @ParameterizedTest
  @MethodSource("modes")
  void everyArgumentArrives(List<String> mode) throws Exception {
    String script = "exec \"$@\" \"$(printf '\\377\\001\\200')\" '' last";
    List<String> arguments = new ArrayList<>(mode);
    arguments.addAll(List.of(Programs.compiled("probe"), "first", "-p", "--", "-"));
    try (Iosock iosock =
        Iosock.in(directory)
            .under("sh", "-c", script, "sh")
            .startWith(arguments.toArray(String[]::new))) {
      assertEquals(0, iosock.exitCode());
      List<String> received =
          iosock.output().lines().filter(line -> line.startsWith("argument ")).skip(1).toList();
      assertEquals(
          Stream.of("6669727374", "2d70", "2d2d", "2d", "ff0180", "", "6c617374")
              .map(hex -> "argument " + hex)
              .toList(),
          received);
    }
  }

  static Stream<List<String>> modes() {
    return Stream.of(List.of("-"), List.of("-p", "-"), List.of("--pty", "--", "-"));
  }

  @Test
  void bulkDataIsComplete() throws Exception {
    byte[] sent = Bytes.random(BULK, 2);
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .output(Redirect.PIPE)
            .startWith("-", "sh", "-c", "cat; exit 6")) {
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(() -> writeAndClose(iosock, sent));
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      sender.join();
      assertEquals(6, iosock.exitCode());
    }
  }

  @Test
  void bulkDataFromFileToFileIsComplete() throws Exception {
    byte[] sent = Bytes.random(BULK, 3);
    Path input = Files.write(directory.resolve("file"), sent);
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.from(input.toFile())).startWith("-", "cat")) {
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("stdout")));
    }
  }

  private static void writeAndClose(Iosock iosock, byte[] bytes) {
    try (OutputStream input = iosock.process().getOutputStream()) {
      input.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void noInputIsReadOnceTheCommandHasClosedItsStdin() throws Exception {
    fifo("gate");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("sh", "-c", "\"$@\"; cat", "sh")
            .input(Redirect.PIPE)
            .startWith("-", "sh", "-c", "exec <&-; : >closed; read x <gate; echo over")) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("closed")));
      try (OutputStream input = iosock.process().getOutputStream()) {
        write(input, "rest\n");
        // Long enough for iosock to read it by mistake.
        await().during(500, MILLISECONDS).until(() -> iosock.output().isEmpty());
        Files.writeString(directory.resolve("gate"), "open\n");
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("over\nrest\n", iosock.output());
    }
  }

  @Test
  void theCommandGetsSigpipeOnceTheReaderHasClosed() throws Exception {
    assertEquals(new Run(0, "y\n"), runPipedToHead("-", "yes"));
    assertEquals(128 + SIGPIPE + "\n", Files.readString(directory.resolve("code")));
  }

  @Test
  void theCommandOnATerminalGetsSighupOnceTheReaderHasClosed() throws Exception {
    String script = "trap 'exit 7' HUP; while :; do echo y; done";
    assertEquals(new Run(0, "y\r\n"), runPipedToHead("-p", "-", "sh", "-c", script));
    assertEquals("7\n", Files.readString(directory.resolve("code")));
  }

  /** Pipes iosock to a reader of one line; writes iosock's exit code to the file {@code code}. */
  private Run runPipedToHead(String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    all.addAll(List.of("sh", "-c", "{ \"$@\"; echo $? >code; } | head -n 1", "sh"));
    all.addAll(Iosock.commandLine(List.of()));
    all.addAll(List.of(arguments));
    return Run.of(directory, all.toArray(String[]::new));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void aFullDeviceAsOutputIsOneErrorLine(List<String> mode) throws Exception {
    List<String> all = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    all.addAll(List.of("sh", "-c", "exec \"$@\" >/dev/full", "sh"));
    all.addAll(Iosock.commandLine(List.of()));
    all.addAll(mode);
    all.addAll(List.of("sh", "-c", "trap '' HUP PIPE; echo word; exit 5"));
    assertEquals(
        new Run(5, "iosock: cannot write to standard output: No space left on device\n"),
        Run.of(directory, all.toArray(String[]::new)));
  }

  @ParameterizedTest
  @MethodSource("modes")
  void closedOutputIsNoError(List<String> mode) throws Exception {
    List<String> arguments = new ArrayList<>(mode);
    // The command's terminal may hang up as soon as the command has written.
    arguments.addAll(List.of("sh", "-c", "trap '' HUP; echo word; exit 5"));
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-x1")
            .startWith(arguments.toArray(String[]::new))) {
      assertEquals(5, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  /** iosock waits for the reader without a limit, as any program in a pipeline does. */
  @Test
  void aSlowReaderGetsAllOutput() throws Exception {
    byte[] written = Bytes.random(500_000, 4);
    Files.write(directory.resolve("file"), written);
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .startWith("-", "sh", "-c", "cat file; : >done; exit 6")) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("done")));
      // Longer than iosock waits for a client.
      await()
          .during(5500, MILLISECONDS)
          .atMost(20, SECONDS)
          .until(() -> iosock.process().isAlive() && iosock.commandPid() == 0);
      assertArrayEquals(written, iosock.process().getInputStream().readAllBytes());
      assertEquals(6, iosock.exitCode());
    }
  }

  @Test
  void aReaderThatReadsNothingBlocksOnlyTheCommand() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).startWith("-", "yes").awaitCommand()) {
      long command = iosock.commandPid();
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(command) == 'S');
      assertBlocking(iosock);
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @Test
  void aCommandThatReadsNothingBlocksOnlyItsInput() throws Exception {
    fifo("gate");
    byte[] sent = Bytes.random(3_000_000, 5);
    Path in = directory.resolve("in");
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-", "sh", "-c", "read x <gate; exec cat >in")
            .awaitCommand()) {
      CompletableFuture<Void> sender =
          CompletableFuture.runAsync(() -> writeAndClose(iosock, sent));
      Idle.awaitWhile(iosock.pid(), () -> iosock.commandPid() != 0);
      assertTrue(!sender.isDone(), "all of the input was taken");
      assertBlocking(iosock);
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals(0, iosock.exitCode());
      sender.join();
      assertArrayEquals(sent, Files.readAllBytes(in));
    }
  }

  @Test
  void afterTheEndOfTheInputIosockIsIdleAndOutputStillPasses() throws Exception {
    fifo("gate");
    try (Iosock iosock =
        Iosock.in(directory)
            .startWith("-", "sh", "-c", "cat; echo over; read x <gate; echo more; exit 4")) {
      Idle.awaitWhile(iosock.pid(), () -> iosock.output().equals("over\n"));
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals(4, iosock.exitCode());
      assertEquals("over\nmore\n", iosock.output());
    }
  }

  /** Other processes share these descriptors. */
  private static void assertBlocking(Iosock iosock) {
    for (int fd = 0; fd <= 2; fd++) {
      assertEquals(0, Proc.flags(iosock.pid(), fd) & O_NONBLOCK, "O_NONBLOCK of " + fd);
    }
  }

  private static void write(OutputStream input, String text) throws IOException {
    input.write(text.getBytes(StandardCharsets.US_ASCII));
    input.flush();
  }

  private void fifo(String name) throws IOException, InterruptedException {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", name));
  }
}
