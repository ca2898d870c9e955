package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Terminal;
import support.Tool;

/**
 * The window size is in no byte of the connection, and a peer that does not take part in its
 * protocol receives no descriptor.
 */
class SizeTransparencyIT {

  /** Every byte except the detach key. */
  private static final String ALL_BYTES = everyByteBut('\u001c');

  private static final String[] INPUTS = {"1", "two", ALL_BYTES, ALL_BYTES.repeat(20), "the end"};

  private static final String MORE = "and more";

  @TempDir Path directory;

  /** Servers that send back what they receive, and write a copy of it to the file {@code in}. */
  enum EchoServer {
    SOCAT("exec socat UNIX-LISTEN:\"$S\" EXEC:'tee in'"),
    NETCAT("mkfifo back; nc -lU \"$S\" <back | tee in >back"),
    IOSOCK("exec ./iosock \"$S\" tee in"),
    SERVING_IOSOCK("mkfifo back; ./iosock --serve \"$S\" <back | tee in >back"),
    TERMINAL("exec ./iosock -p \"$S\" sh -c 'stty raw -echo; exec tee in'");

    private final String script;

    EchoServer(String script) {
      this.script = script;
    }
  }

  @ParameterizedTest
  @EnumSource
  void theConnectionCarriesOnlyWhatIsTypedAndItsEcho(EchoServer kind) throws Exception {
    Process server = start(kind);
    try (Terminal terminal = Terminal.open(30, 90)) {
      awaitListening();
      Attached client = Attached.to(directory, terminal);
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("in")));
      // The server has closed what it needed for its start by then.
      Proc.tree(server.toHandle()).forEach(process -> Idle.await(process.pid()));
      int before = descriptors(server);
      int clientsBefore = Proc.descriptors(client.pid());
      typeAndResize(terminal);
      // A channel for sizes moves one descriptor from the server to the client.
      int passed = kind == EchoServer.TERMINAL ? 1 : 0;
      assertEquals(before - passed, descriptors(server));
      assertEquals(clientsBefore + passed, Proc.descriptors(client.pid()));
      assertEquals(Attached.DETACHED, client.detach());
      assertArrayEquals(bytes(typed()), Files.readAllBytes(directory.resolve("in")));
    } finally {
      kill(server);
    }
  }

  @Test
  void aServerInJavaReceivesOnlyWhatIsTyped() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        Terminal terminal = Terminal.open(30, 90)) {
      server.bind(UnixDomainSocketAddress.of(socket()));
      Attached client = Attached.to(directory, terminal);
      try (SocketChannel channel = server.accept()) {
        CompletableFuture<byte[]> received = CompletableFuture.supplyAsync(() -> echo(channel));
        typeAndResize(terminal);
        assertEquals(Attached.DETACHED, client.detach());
        assertArrayEquals(bytes(typed()), received.get());
      }
    }
  }

  /**
   * @return all that was received until end of file
   */
  private static byte[] echo(SocketChannel channel) {
    ByteArrayOutputStream received = new ByteArrayOutputStream();
    ByteBuffer some = ByteBuffer.allocate(4096);
    try {
      while (channel.read(some) >= 0) {
        received.write(some.array(), 0, some.position());
        channel.write(some.flip());
        some.clear();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return received.toByteArray();
  }

  @Test
  void clientsOfACommandOnPipesLeakNoDescriptors() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      int before;
      // iosock has closed what it needed for its start once it has served a client.
      try (Client first = iosock.connect()) {
        assertEquals("x", first.send("x").readText(1));
        before = Proc.descriptors(iosock.pid()) - 1;
      }
      for (int i = 0; i < 30; i++) {
        try (Sizer client = Sizer.connectAsIosock(directory, "30x90")) {
          client.tell("pass seqpacket");
          client.echo("x");
          assertEquals("refused", client.answer("size 30 90"));
          client.echo("y");
          client.assertNothingPassed();
          assertEquals(before + 1, Proc.descriptors(iosock.pid()));
        }
      }
      await().atMost(20, SECONDS).until(() -> Proc.descriptors(iosock.pid()) == before);
    }
  }

  @Test
  void aServerReceivesNoDescriptorAndNoSize() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      for (int i = 0; i < 30; i++) {
        session.client().resizeAndAwaitNotice(31 + i, 91 + i);
        session.terminal().type("key");
        assertEquals("key", session.server().answer("receive"));
        session.server().tell("send shown");
        assertEquals("shown", session.terminal().awaitText("shown"));
      }
      session.server().assertNothingPassed();
      session.client().detach();
    }
  }

  @Test
  void aClientThatIsNoIosockReceivesNoDescriptorAndNoSize() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = Sizer.connect(directory)) {
      for (int i = 0; i < 200; i++) {
        client.echo("message " + i);
      }
      server.resize(50, 150);
      client.echo("the end");
      assertEquals("0", client.answer("queued"));
      client.assertNothingPassed();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -U ./s.sock", "socat - ./s.sock", "./iosock --connect ./s.sock"})
  void theServerMakesNoChannelForAnotherProgram(String command) throws Exception {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    Iosock.script(directory);
    try (PtyServer server = PtyServer.echo(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      int before = server.descriptors();
      terminal.start(directory, command.split(" "));
      server.awaitDescriptors(before + 1);
      // The client's terminal echoes the line, and then the server sends it back.
      terminal.type("a line\n").awaitText("a line\r\na line");
      assertEquals(before + 1, server.descriptors());
      terminal.resize(31, 91);
      terminal.type("another line\n").awaitText("another line\r\nanother line");
      assertEquals(before + 1, server.descriptors());
    }
  }

  @Test
  void aConnectingIosockThatIsNotInRawModeTakesNoDescriptor() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Process client = terminal.startIosock(directory, "--connect", "./s.sock");
      assertEquals("", server.answer("peer"));
      Idle.await(client.pid());
      int before = Proc.descriptors(client.pid());
      for (int i = 0; i < 3; i++) {
        server.tell("pass seqpacket");
        server.tell("send shown");
        terminal.awaitText("shown");
        server.tell("closed");
        assertEquals(before, Proc.descriptors(client.pid()));
      }
    }
  }

  @Test
  void clientsOfACommandOnATerminalLeakNoDescriptors() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (int i = 0; i < 5; i++) {
        try (Terminal terminal = Terminal.open(30, 90 + i)) {
          Attached client = Attached.to(directory, terminal);
          terminal.type("x").awaitText("x");
          terminal.resize(40, 100 + i);
          server.awaitSize(40, 100 + i);
          client.detach();
        }
        server.awaitDescriptors(before);
      }
    }
  }

  private void typeAndResize(Terminal terminal) {
    for (int i = 0; i < INPUTS.length; i++) {
      terminal.type(INPUTS[i]);
      terminal.resize(31 + i, 91 + i);
    }
    assertEquals(String.join("", INPUTS), terminal.awaitText(INPUTS[INPUTS.length - 1]));
    terminal.resize(50, 150);
    terminal.type(MORE);
    assertEquals(MORE, terminal.awaitText(MORE));
  }

  private static String typed() {
    return String.join("", INPUTS) + MORE;
  }

  private Process start(EchoServer kind) throws IOException {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    Iosock.script(directory);
    ProcessBuilder shell = new ProcessBuilder("sh", "-c", kind.script);
    // An absolute path, which is unique in the list of all sockets.
    shell.environment().put("S", socket());
    return Forks.start(
        shell
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("log").toFile()));
  }

  private String socket() {
    return directory.resolve("s.sock").toString();
  }

  /** That the path exists is not enough: a socket is bound before it listens. */
  private void awaitListening() {
    await().atMost(20, SECONDS).until(this::isListening);
  }

  private boolean isListening() throws IOException {
    String listens = " 00010000 ";
    // The names of other sockets need not be text.
    return Files.readString(Path.of("/proc/net/unix"), StandardCharsets.ISO_8859_1)
        .lines()
        .anyMatch(line -> line.contains(listens) && line.endsWith(socket()));
  }

  private static int descriptors(Process server) {
    return Stream.concat(Stream.of(server.toHandle()), server.descendants())
        .mapToInt(process -> Proc.descriptors(process.pid()))
        .sum();
  }

  private static void kill(Process server) {
    Stream.concat(server.descendants(), Stream.of(server.toHandle()))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
    await().atMost(20, SECONDS).until(() -> !server.isAlive());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String everyByteBut(char key) {
    StringBuilder all = new StringBuilder();
    for (char c = 0; c < 256; c++) {
      all.append(c == key ? "" : c);
    }
    return all.toString();
  }
}
