package sharing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Root;
import support.Run;

/** {@code -c}: each client gets the whole output, whatever the other clients do. */
class ClientsIT {

  /** The lines of seq(1) that make up 50 MB. */
  private static final int MANY = 6_400_000;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {2, 8})
  void eachGetsTheWholeOutput(int count) throws Exception {
    byte[] data = Bytes.random(3_000_000, count);
    Files.write(directory.resolve("data"), data);
    try (Iosock iosock = Shared.running(directory, "-c " + count, "read x; cat data; exit 3");
        Clients clients = Clients.connect(iosock.socket(), count)) {
      clients.get(0).send("go\n");
      clients.assertReceive(data);
      assertEquals(3, iosock.exitCode());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void eachGetsAFloodWholeThoughOneReadsSlowly() throws Exception {
    byte[] all = Numbers.upTo(MANY);
    try (Iosock iosock = Shared.running(directory, "-c 3", "read x; exec seq " + MANY);
        Clients clients = Clients.connect(iosock.socket(), 3)) {
      clients.get(0).send("go\n");
      CompletableFuture.allOf(
              Clients.receive(clients.get(0), all),
              Clients.receive(clients.get(1), all, Pace.SLOW),
              Clients.receive(clients.get(2), all))
          .join();
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  @Test
  void aClientThatComesLaterGetsWhatIsWrittenFromThenOn() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 3", "while read x; do echo $x; done");
        Client first = iosock.connect()) {
      first.send("one\n").readUntil("one\n");
      try (Client second = iosock.connect()) {
        second.send("two\n").readUntil("two\n");
        assertEquals("two", first.readLine());
        try (Client third = iosock.connect()) {
          first.send("three\n").readUntil("three\n");
          assertEquals("three", second.readLine());
          assertEquals("three", third.readLine());
        }
      }
      assertEquals("", iosock.output());
    }
  }

  @Test
  void stdoutAndStderrGoToEach() throws Exception {
    try (Iosock iosock =
            Shared.running(directory, "-c 2", "read x; echo out; read x; echo err >&2");
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      clients.get(0).send("go\n");
      clients.readUntil("out\n");
      clients.get(1).send("go\n");
      clients.assertReceive("err\n".getBytes());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  /** More pipes than a user gets with more than two pages: pipe(7). */
  @Test
  void sixtyFourClientsOfAnotherUser() throws Exception {
    Root.require();
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "61234", "."));
    assertSixtyFourClients(Iosock.in(directory).under(Root.user(61234, 61234)));
  }

  @Test
  void sixtyFourClients() throws Exception {
    assertSixtyFourClients(Iosock.in(directory));
  }

  private void assertSixtyFourClients(Iosock.Builder builder) throws Exception {
    int lines = 200_000;
    String script = "for i in $(seq 64); do read x; echo $x; done; read x; seq " + lines;
    try (Iosock iosock = Shared.start(builder, "-c 64", script).awaitCommand();
        Clients clients = Clients.connect(iosock.socket(), 64)) {
      for (int i = 0; i < 64; i++) {
        clients.get(i).send("from " + i + "\n");
        clients.readUntil("from " + i + "\n");
      }
      assertEquals("", firstByte(iosock.connect()));
      clients.get(63).send("go\n");
      clients.assertReceive(Numbers.upTo(lines));
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  private static String firstByte(Client client) throws IOException {
    try (client) {
      return client.readText(1);
    }
  }

  @Test
  void withServeToo() throws Exception {
    byte[] data = Bytes.random(2_000_000, 7);
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-c", "2", "--serve", "./s.sock")
            .awaitListening()) {
      try (Clients clients = Clients.connect(iosock.socket(), 2)) {
        clients.get(0).send("from the first\n");
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("from the first\n"));
        clients.get(1).send("from the second\n");
        await().atMost(20, SECONDS).until(() -> iosock.output().endsWith("from the second\n"));
        assertEquals("", firstByte(iosock.connect()));
        CompletableFuture<Void> writing =
            CompletableFuture.runAsync(() -> write(iosock, data), Thread::startVirtualThread);
        clients.assertReceive(data);
        writing.join();
        assertTrue(iosock.process().isAlive());
      }
      assertEquals(0, iosock.exitCode());
    }
  }

  private static void write(Iosock iosock, byte[] data) {
    try (OutputStream stdin = iosock.process().getOutputStream()) {
      stdin.write(data);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // One that is too many.

  @ParameterizedTest
  @ValueSource(ints = {2, 3})
  void oneThatIsTooManyIsToldAndTheOthersDoNotNotice(int count) throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c " + count, "cat");
        Clients clients = Clients.connect(iosock.socket(), count)) {
      clients.get(0).send("before\n");
      clients.readUntil("before\n");
      for (int i = 0; i < 10; i++) {
        Run rejected = Shared.run(directory, "x\n", "--connect", "./s.sock");
        assertEquals(125, rejected.exitCode());
        assertTrue(rejected.output().matches("iosock: ./s.sock has .*\n"), rejected.output());
        assertEquals("", firstByte(iosock.connect()));
      }
      clients.get(count - 1).send("after\n");
      for (int i = 0; i < count; i++) {
        assertEquals("after", clients.get(i).readLine());
      }
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void theNextOneMayConnectAsSoonAsOneHasClosed() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 2", "cat");
        Client first = iosock.connect()) {
      for (int i = 0; i < 200; i++) {
        try (Client next = iosock.connect()) {
          next.send(i + "\n").readUntil(i + "\n");
          assertEquals("" + i, first.readLine());
        }
      }
    }
  }

  // A client that leaves, and one that stalls.

  private static final int READ_BEFORE = 100_000;

  private enum Leave {
    CLOSE_WITH_UNREAD_OUTPUT,
    SHUT_DOWN_SENDING;

    void from(Client client, byte[] all) throws IOException {
      switch (this) {
        case CLOSE_WITH_UNREAD_OUTPUT -> client.close();
        case SHUT_DOWN_SENDING -> {
          client.shutdownOutput();
          assertArrayEquals(Arrays.copyOfRange(all, READ_BEFORE, all.length), client.readAll());
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Leave.class)
  void aClientThatLeavesInAFloodChangesNothingForTheOthers(Leave leave) throws Exception {
    int lines = 1_000_000;
    byte[] all = Numbers.upTo(lines);
    try (Iosock iosock = Shared.running(directory, "-c 3", "read x; exec seq " + lines);
        Clients clients = Clients.connect(iosock.socket(), 3)) {
      clients.get(1).send("go\n");
      CompletableFuture<Void> first = Clients.receive(clients.get(0), all);
      CompletableFuture<Void> last = Clients.receive(clients.get(2), all);
      Client leaving = clients.get(1);
      assertArrayEquals(Arrays.copyOf(all, READ_BEFORE), leaving.read(READ_BEFORE));
      leave.from(leaving, all);
      first.join();
      last.join();
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aClientThatHasShutDownReceivingChangesNothingForTheOthers() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    try (Iosock iosock = Shared.running(directory, "-c 3", "read x; exec seq 1000000");
        Clients clients = Clients.connect(iosock.socket(), 2);
        Peer sender = Peer.start(directory, Programs.compiled("oddclient"), "s.sock", "shutrd")) {
      sender.send("go\n");
      clients.assertReceive(all);
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  /** It reads what is in its socket, so that there is space, and the kernel refuses the next. */
  @Test
  void aClientThatShutsDownReceivingInAFloodChangesNothingForTheOthers() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.running(directory, "-c 3", "read x <gate; exec seq 1000000")) {
      int alone = Proc.sockets(iosock.pid());
      try (Peer leaving = partialReader(READ_BEFORE);
          Clients clients = Clients.connect(iosock.socket(), 2)) {
        Shared.awaitSockets(iosock, alone + 3);
        Shared.open(directory, "gate");
        clients.assertReceive(all);
        assertEquals(0, leaving.exitCode());
        assertTaken(leaving, all);
        assertEquals(0, iosock.exitCode());
        assertEquals("", iosock.output());
      }
    }
  }

  @Test
  void whatOneHadThatLeavesIsNotWrittenAgainToTheConsole() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 2", "cat")) {
      try (Client first = iosock.connect();
          Client second = iosock.connect()) {
        first.send("word\n").readUntil("word\n");
        second.readUntil("word\n");
      }
      try (Client next = iosock.connect()) {
        assertEquals("next", next.send("next\n").readLine());
      }
      assertEquals("", iosock.output());
    }
  }

  /** Each takes a part from the beginning on; what the one that took less leaves is no debt. */
  @ParameterizedTest
  @CsvSource({"10000,400000", "400000,10000", "700000,700000"})
  void whatNoneOfThoseThatLeaveHasTakenGoesToTheConsole(int one, int other) throws Exception {
    byte[] all = Numbers.upTo(300_000);
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.running(directory, "-c 2", "read x <gate; exec seq 300000")) {
      int alone = Proc.sockets(iosock.pid());
      try (Peer first = partialReader(one);
          Peer second = partialReader(other)) {
        Shared.awaitSockets(iosock, alone + 2);
        Shared.open(directory, "gate");
        assertEquals(0, first.exitCode());
        assertEquals(0, second.exitCode());
        assertEquals(0, iosock.exitCode());
        int taken = Math.max(assertTaken(first, all), assertTaken(second, all));
        byte[] console = Files.readAllBytes(directory.resolve("stdout"));
        assertArrayEquals(Arrays.copyOfRange(all, taken, all.length), console);
      }
    }
  }

  private Peer partialReader(int count) throws IOException, InterruptedException {
    return Peer.start(directory, Programs.compiled("partialreader"), "s.sock", "" + count);
  }

  private static int assertTaken(Peer peer, byte[] all) throws IOException {
    byte[] taken = peer.outputBytes();
    assertArrayEquals(Arrays.copyOf(all, taken.length), taken);
    return taken.length;
  }

  private static byte[] concat(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }

  @Test
  void aStalledClientHoldsBackTheCommandAndNothingElse() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    String script = "exec 3<&0; cat <&3 >in & read x <gate; exec seq 1000000";
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.running(directory, "-c 2", script);
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      Client stalled = clients.get(0);
      Client reader = clients.get(1);
      Shared.open(directory, "gate");
      byte[] pending = readAllThatIsPending(reader);
      assertTrue(pending.length >= 1 << 16, "only " + pending.length);
      assertTrue(pending.length < all.length);
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(iosock.commandPid()) == 'S');
      reader.send("from the reader\n");
      stalled.send("from the stalled one\n");
      awaitInput("from the reader\nfrom the stalled one\n");
      try (Client other = iosock.connect()) {
        assertEquals("", other.readText(1));
      }
      CompletableFuture<Void> first = Clients.receive(stalled, all);
      byte[] rest = reader.readAll();
      first.join();
      assertArrayEquals(all, concat(pending, rest));
    }
  }

  @Test
  void aStalledClientThatLeavesHoldsBackNothingAnyLonger() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    try (Iosock iosock = Shared.running(directory, "-c 2", "read x; exec seq 1000000");
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      Client stalled = clients.get(0);
      Client reader = clients.get(1);
      reader.send("go\n");
      byte[] pending = readAllThatIsPending(reader);
      stalled.close();
      assertArrayEquals(all, concat(pending, reader.readAll()));
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  private void awaitInput(String text) {
    Path in = directory.resolve("in");
    await()
        .atMost(20, SECONDS)
        .until(() -> Files.exists(in) && sorted(Files.readString(in)).equals(sorted(text)));
  }

  private static List<String> sorted(String text) {
    return text.lines().sorted().toList();
  }

  /** Until nothing more comes. */
  private static byte[] readAllThatIsPending(Client client) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(client.read(1));
    await()
        .during(500, MILLISECONDS)
        .atMost(30, SECONDS)
        .until(
            () -> {
              byte[] some = client.available();
              all.writeBytes(some);
              return some.length == 0;
            });
    return all.toByteArray();
  }

  /** Less and more than the pipe of a client holds, and less than holds the command back. */
  @ParameterizedTest
  @ValueSource(ints = {150_000, 300_000})
  void oneThatIsStalledWhenTheCommandExitsIsGivenUpAndTheOthersHaveEverything(int lines)
      throws Exception {
    byte[] all = Numbers.upTo(lines);
    try (Iosock iosock = Shared.running(directory, "-c 2", "read x; seq " + lines + "; exit 6");
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      clients.get(1).send("go\n");
      Clients.receive(clients.get(1), all).join();
      assertEquals(6, iosock.exitCode());
      byte[] taken = clients.get(0).readAll();
      assertTrue(taken.length < all.length);
      assertArrayEquals(Arrays.copyOf(all, taken.length), taken);
    }
  }
}
