package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Terminal;

/** {@code -r}: a client or an observer first gets the last output from before it connected. */
class ReplayIT {

  private static final String OBSERVE = " -o ./o.sock";
  private static final int MAX_SIZE = 16 << 20;
  private static final int JOINS = 20;

  @TempDir Path directory;

  // How much is replayed, of what went to the console.

  @ParameterizedTest
  @CsvSource({
    "s.sock,1000",
    "o.sock,1000",
    "s.sock,65536",
    "o.sock,65537",
    "s.sock,5000000",
    "o.sock,5000000"
  })
  void theLastBytesFromTheBeginningOfALineAndThenTheLiveOutput(String socket, int size)
      throws Exception {
    byte[] said = Numbers.upTo(1_000_000);
    try (Iosock iosock = sayAndThen("seq 1000000", "-r " + size + OBSERVE, said.length);
        Client client = Client.connect(directory.resolve(socket))) {
      open("gate");
      assertReceives(client, lastLines(said, size), "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  /** As the contract has it: what is left of a line whose beginning is left out is left out too. */
  private static byte[] lastLines(byte[] said, int size) {
    int start = said.length - size;
    while (said[start++] != '\n') {
      continue;
    }
    return Arrays.copyOfRange(said, start, said.length);
  }

  @ParameterizedTest
  @CsvSource({
    "1,1",
    "1000,1000",
    "1b,512",
    "1kB,1000",
    "1K,1024",
    "1KiB,1024",
    "3b,1536",
    "2MB,2000000",
    "2M,2097152",
    "2MiB,2097152",
    "16M,16777216",
    "16777216,16777216"
  })
  void exactlyTheSizeWhereThereIsNoNewline(String size, int bytes) throws Exception {
    int said = bytes + 123_456;
    try (Iosock iosock = sayAndThen("head -c " + said + " /dev/zero", "-r " + size, said);
        Client client = iosock.connect()) {
      open("gate");
      assertReceives(client, new byte[bytes], "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {588_895, 588_896, 1_000_000, MAX_SIZE})
  void everythingWhereItIsNoMore(int size) throws Exception {
    byte[] said = Numbers.upTo(100_000);
    assertEquals(588_895, said.length);
    try (Iosock iosock = sayAndThen("seq 100000", "-r " + size, said.length);
        Client client = iosock.connect()) {
      open("gate");
      assertReceives(client, said, "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  @Test
  void oneByteTooManyCostsTheFirstLine() throws Exception {
    byte[] said = Numbers.upTo(100_000);
    try (Iosock iosock = sayAndThen("seq 100000", "-r 588894", said.length);
        Client client = iosock.connect()) {
      open("gate");
      assertReceives(client, Arrays.copyOfRange(said, 2, said.length), "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  @Test
  void nothingWhereNothingWasSaid() throws Exception {
    try (Iosock iosock = sayAndThen(":", "-r 1M", 0);
        Client client = iosock.connect()) {
      open("gate");
      assertReceives(client, new byte[0], "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  /** Each message takes a buffer of a pipe, of which there are 256. */
  @ParameterizedTest
  @ValueSource(strings = {"s.sock", "o.sock"})
  void twoThousandSmallMessages(String socket) throws Exception {
    String say = "i=0; while [ $i -lt 2000 ]; do printf '%039d\\n' $i; i=$((i+1)); done";
    StringBuilder said = new StringBuilder();
    for (int i = 0; i < 2000; i++) {
      said.append("%039d%n".formatted(i));
    }
    try (Iosock iosock = sayAndThen(say, "-r 80000" + OBSERVE, 80_000);
        Client client = Client.connect(directory.resolve(socket))) {
      open("gate");
      byte[] expected = said.toString().getBytes(StandardCharsets.US_ASCII);
      assertReceives(client, expected, "live\n");
      assertEquals(7, iosock.exitCode());
    }
  }

  /** One after the other, each the end of what the one before had. */
  @Test
  void eachThatConnectsGetsIt() throws Exception {
    byte[] said = Numbers.upTo(20_000);
    try (Iosock iosock = sayAndThen("seq 20000", "-c 2 -r 5000" + OBSERVE, said.length)) {
      byte[] expected = lastLines(said, 5000);
      try (Clients clients = Clients.connect(iosock.socket(), 2);
          Clients observers = Clients.connect(directory.resolve("o.sock"), 2)) {
        for (int i = 0; i < 2; i++) {
          assertArrayEquals(expected, clients.get(i).read(expected.length));
          assertArrayEquals(expected, observers.get(i).read(expected.length));
        }
      }
      try (Client client = iosock.connect()) {
        open("gate");
        assertReceives(client, expected, "live\n");
      }
      assertEquals(7, iosock.exitCode());
    }
  }

  /** Waits until the console has what was said. */
  private Iosock sayAndThen(String say, String options, long length) throws Exception {
    Shared.fifo(directory, "gate");
    Iosock iosock =
        Shared.running(directory, options, say + "; : >said; read x <gate; echo live; exit 7");
    Path console = directory.resolve("stdout");
    await()
        .atMost(30, SECONDS)
        .until(() -> Files.exists(directory.resolve("said")) && Files.size(console) == length);
    return iosock;
  }

  private void open(String fifo) throws IOException {
    Shared.open(directory, fifo);
  }

  private static void assertReceives(Client client, byte[] replay, String live) throws IOException {
    byte[] all = Arrays.copyOf(replay, replay.length + live.length());
    byte[] text = live.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, all, replay.length, text.length);
    assertArrayEquals(all, client.readAll());
  }

  // What is replayed besides.

  @Test
  void whatWasSaidToClientsAndToTheConsoleInTheOrderInWhichItWasSaid() throws Exception {
    String script = "echo none; while read x; do echo $x; echo error $x >&2; done";
    try (Iosock iosock = Shared.running(directory, "-r 64K", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("none\n"));
      StringBuilder replay = new StringBuilder("none\n");
      for (int i = 0; i < 5; i++) {
        try (Client client = iosock.connect()) {
          assertEquals(replay.toString(), client.readText(replay.length()));
          String line = "client " + i + "\n";
          client.send(line);
          client.readUntil("error " + line);
          replay.append(line).append("error ").append(line);
        }
      }
      assertEquals("none\n", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  /** Of stdout first, so that the order is certain. */
  @Test
  void errorsOfTheConsoleToo() throws Exception {
    Shared.fifo(directory, "first");
    Shared.fifo(directory, "second");
    String script = "echo out; read x <first; echo err >&2; read x <second; echo out again; read x";
    try (Iosock iosock = Shared.running(directory, "-r 64K", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("out\n"));
      open("first");
      await().atMost(20, SECONDS).until(() -> iosock.errors().equals("err\n"));
      open("second");
      await().atMost(20, SECONDS).until(() -> iosock.output().endsWith("again\n"));
      try (Client client = iosock.connect()) {
        client.send("\n");
        assertEquals("out\nerr\nout again\n", client.readAllText());
      }
    }
  }

  @Test
  void withServeToo() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-r", "1K", "--serve", "./s.sock")
            .awaitListening()) {
      OutputStream stdin = iosock.process().getOutputStream();
      stdin.write("one\n".getBytes());
      stdin.flush();
      try (Client client = iosock.connect()) {
        assertEquals("one", client.readLine());
      }
      try (Client client = iosock.connect()) {
        assertEquals("one", client.readLine());
        stdin.write("two\n".getBytes());
        stdin.flush();
        assertEquals("two", client.readLine());
      }
      try (Client client = iosock.connect()) {
        stdin.close();
        assertEquals("one\ntwo\n", client.readAllText());
      }
      assertEquals(0, iosock.exitCode());
    }
  }

  // In a flood.

  @ParameterizedTest
  @CsvSource({
    "-r 64K,s.sock",
    "-r 1M,s.sock",
    "-r 100,s.sock",
    "-r 64K -t,s.sock",
    "-r 64K -o ./o.sock,o.sock"
  })
  void joiningAFloodThereIsNoGapAndNothingTwice(String options, String socket) throws Exception {
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.DISCARD);
    try (Iosock iosock = Shared.start(builder, options, "exec seq 1000000000").awaitCommand()) {
      assertJoins(iosock, socket);
      assertTrue(iosock.process().isAlive());
    }
  }

  /** One that reads all the time beside those that join. */
  @ParameterizedTest
  @CsvSource({"-c 2 -r 64K,s.sock", "-c 3 -r 1M -t,s.sock", "-r 64K -o ./o.sock,o.sock"})
  void joiningAFloodBesideAClient(String options, String socket) throws Exception {
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.DISCARD);
    String script = "read x; exec seq 1000000000";
    try (Iosock iosock = Shared.start(builder, options, script).awaitCommand();
        Client client = iosock.connect()) {
      client.send("go\n");
      CompletableFuture<Void> reading =
          CompletableFuture.runAsync(() -> readOn(client), Thread::startVirtualThread);
      assertJoins(iosock, socket);
      assertTrue(!reading.isDone());
    }
  }

  private void assertJoins(Iosock iosock, String socket) throws IOException {
    long before = 0;
    for (int i = 0; i < JOINS; i++) {
      try (Client client = Client.connect(directory.resolve(socket))) {
        byte[] text = client.input().readNBytes(300_000);
        assertTrue(text.length > 0, "join " + i + ": " + iosock.errors());
        long first = Numbers.assertConsecutive(text);
        assertTrue(first >= before, first + " after " + before);
        before = first;
      }
    }
  }

  private static void readOn(Client client) {
    byte[] buffer = new byte[1 << 16];
    try {
      while (client.input().read(buffer) > 0) {
        continue;
      }
    } catch (IOException killed) {
      // At the end of the test.
    }
  }

  /** It holds the command back, and what it gets is whole all the same. */
  @ParameterizedTest
  @ValueSource(strings = {"-r 1M", "-r 16M", "-r 1M -c 2"})
  void oneThatJoinsAFloodAndDoesNotReadAtFirst(String options) throws Exception {
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.DISCARD);
    try (Iosock iosock = Shared.start(builder, options, "exec seq 1000000000").awaitCommand()) {
      long pid = iosock.commandPid();
      await().atMost(20, SECONDS).until(() -> Proc.ticks(pid) > 10);
      try (Client client = iosock.connect()) {
        Idle.awaitWhile(iosock.pid(), () -> Proc.state(pid) == 'S');
        Numbers.assertConsecutive(client.input().readNBytes(20_000_000));
      }
    }
  }

  // Memory.

  @Test
  void residentMemoryGrowsByTheSizeAndOnce() throws Exception {
    long without = residentKilobytes("");
    long with = residentKilobytes("-r 16M");
    System.out.printf("resident kB without and with -r 16M: %d, %d%n", without, with);
    assertTrue(with >= without + (MAX_SIZE >> 10) - 1024, with + " and " + without);
    assertTrue(with <= without + (MAX_SIZE >> 10) + 4096, with + " and " + without);
  }

  /** After a flood to the console, and one to each of several clients and observers. */
  private long residentKilobytes(String more) throws Exception {
    Path own = Files.createDirectory(directory.resolve("own" + more.length()));
    Iosock.Builder builder = Iosock.in(own).output(Redirect.DISCARD);
    String script =
        "head -c 40M /dev/zero; echo; while read x; do head -c 40M /dev/zero; echo; done";
    try (Iosock iosock = Shared.start(builder, (more + " -c 2").strip(), script).awaitCommand()) {
      for (int round = 0; round < 3; round++) {
        try (Clients clients = Clients.connect(iosock.socket(), 2)) {
          clients.get(0).send("go\n");
          CompletableFuture<Void> second =
              CompletableFuture.runAsync(
                  () -> readLine(clients.get(1)), Thread::startVirtualThread);
          readLine(clients.get(0));
          second.join();
        }
      }
      return Long.parseLong(Proc.status(iosock.pid(), "VmRSS").split(" ")[0]);
    }
  }

  private static void readLine(Client client) {
    byte[] buffer = new byte[1 << 16];
    long count = 0;
    try {
      int some;
      // With what was said to the console before, or the replay.
      while (count < 40 << 20 && (some = client.input().read(buffer)) > 0) {
        count += some;
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertTrue(count >= 40 << 20);
  }

  // On a terminal.

  @Test
  void aSessionOfAShellIsReplayedByteForByte() throws Exception {
    try (Iosock iosock = shell("-p -r 64K")) {
      String shown;
      try (Client first = iosock.connect()) {
        first.send("echo $((1000+1))\n");
        shown = Shared.readThrough(first, "\r\n1001\r\n$ ");
        first.send("echo $((1000+2))\n");
        shown += Shared.readThrough(first, "\r\n1002\r\n$ ");
      }
      assertTrue(shown.startsWith("$ echo $((1000+1))\r\n1001\r\n$ "), shown);
      try (Client second = iosock.connect()) {
        assertEquals(shown, second.readText(shown.length()));
        second.send("exit 3\n");
        assertEquals("exit 3\r\nexit\r\n", second.readAllText());
      }
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void aUserAtATerminalSeesTheReplayAndThenTheRedrawnTerminal() throws Exception {
    try (Iosock iosock = shell("-p -r 64K");
        Terminal terminal = Terminal.open(30, 90)) {
      try (Client first = iosock.connect()) {
        // Each redrawing is seen, and only the second line has the sum.
        String trap = "trap 'echo size $(stty size)' WINCH; echo $((1000+1))\n";
        first.send(trap).readUntil("1001\r\n$ ");
      }
      terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      terminal.awaitText("iosock: attached to ./s.sock; Ctrl-\\ detaches\r\n");
      String shown = terminal.awaitText("1001\r\n$ ");
      assertTrue(shown.startsWith("$ trap"), shown);
      terminal.type("\r").awaitText("size 30 90");
    }
  }

  private Iosock shell(String options) throws IOException {
    Iosock iosock =
        Iosock.in(directory)
            .startWith(
                Shared.arguments(
                    options,
                    "./s.sock",
                    "env",
                    "PS1=$ ",
                    "bash",
                    "--norc",
                    "--noprofile",
                    "--noediting",
                    "-i"));
    await().atMost(20, SECONDS).until(() -> iosock.output().endsWith("$ "));
    return iosock;
  }
}
