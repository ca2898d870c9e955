package session;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;

/** Bulk data through a pseudo-terminal, and what a blocked or waiting iosock uses. */
class TerminalFlowIT {

  private static final int SIGTERM = 15;
  private static final int OUTPUT = 1_000_000;
  private static final int INPUT = 500_000;
  private static final int RECONNECTS = 20;

  @TempDir Path directory;

  @Test
  void outputIsComplete() throws Exception {
    byte[] written = Bytes.random(OUTPUT, 1);
    Files.write(directory.resolve("file"), written);
    try (Iosock iosock = startRaw("head -c 1 >/dev/null; cat file; exit 3");
        Client client = iosock.connect()) {
      assertArrayEquals(written, client.send("x").readAll());
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void inputIsComplete() throws Exception {
    byte[] sent = Bytes.random(INPUT, 2);
    try (Iosock iosock = startRaw("head -c 500000 >in; echo done");
        Client client = iosock.connect()) {
      assertEquals("done\n", client.send(sent).readAllText());
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void bothAreCompleteAtOnce() throws Exception {
    byte[] written = Bytes.random(OUTPUT, 3);
    byte[] sent = Bytes.random(INPUT, 4);
    Files.write(directory.resolve("file"), written);
    try (Iosock iosock =
            startRaw("head -c 1 >/dev/null; cat file & head -c 500000 >in; wait; exit 4");
        Client client = iosock.connect()) {
      client.send("x");
      CompletableFuture<Void> sender = CompletableFuture.runAsync(client.sender(sent));
      assertArrayEquals(written, client.readAll());
      sender.join();
      assertEquals(4, iosock.exitCode());
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void aClientThatReadsNothingBlocksOnlyTheCommand() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .startOnTerminal("sh", "-c", "read x; exec yes")
                .awaitListening()
                .awaitCommand();
        Client client = iosock.connect()) {
      long command = iosock.commandPid();
      client.send("go\n");
      await().atMost(20, SECONDS).until(() -> Proc.program(command).endsWith("yes"));
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(command) == 'S');
      try (Client second = iosock.connect()) {
        assertEquals("", second.readText(1));
      }
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @Test
  void aFloodOfInputWaitsForACommandThatReadsLate() throws Exception {
    fifo("gate");
    byte[] flood = Bytes.random(OUTPUT, 5);
    try (Iosock iosock = startRaw("read x <gate; head -c 1000000 >in; echo done");
        Client client = iosock.connect()) {
      byte[] rest = sendUntilBlocked(client, flood);
      Idle.awaitWhile(iosock.pid(), () -> iosock.commandPid() != 0);
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals("done\n", client.send(rest).readAllText());
      assertArrayEquals(flood, Files.readAllBytes(directory.resolve("in")));
    }
  }

  /** In canonical mode the terminal drops input for which it has no buffer space. */
  @ParameterizedTest
  @ValueSource(strings = {"one endless line ", "a line\n"})
  void iosockIsIdleAfterAFloodOfLinesThatTheCommandDoesNotRead(String text) throws Exception {
    fifo("gate");
    byte[] flood = text.repeat(50_000).getBytes(StandardCharsets.US_ASCII);
    try (Iosock iosock =
            Iosock.in(directory).startOnTerminal("sh", "-c", "read x <gate").awaitListening();
        Client client = iosock.awaitCommand().connect()) {
      sendUntilBlocked(client, flood);
      Idle.awaitWhile(iosock.pid(), () -> iosock.commandPid() != 0);
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @Test
  void linesThatAreReadLateAreComplete() throws Exception {
    fifo("gate");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 50_000; i++) {
      lines.append(i).append('\n');
    }
    byte[] flood = lines.toString().getBytes(StandardCharsets.US_ASCII);
    String script = "stty -echo; echo ready; read x <gate; cat >in; echo done";
    try (Iosock iosock = start(script, "ready\r\n");
        Client client = iosock.connect()) {
      byte[] rest = sendUntilBlocked(client, flood);
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals("done\r\n", client.send(rest).send("\004").readAllText());
      assertArrayEquals(flood, Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void clientsLeakNoDescriptors() throws Exception {
    try (Iosock iosock = start("echo ready; exec cat", "ready\r\n")) {
      String socket = iosock.socket().toString();
      String oddclient = Programs.compiled("oddclient");
      connect(iosock);
      int before = settledDescriptors(iosock);
      for (int i = 0; i < RECONNECTS; i++) {
        connect(iosock);
        assertEquals(new Run(0, ""), Run.of(directory, oddclient, socket, "rights"));
      }
      assertEquals(before, settledDescriptors(iosock));
    }
  }

  @Test
  void clientsOnTerminalsLeakNoDescriptors() throws Exception {
    try (Iosock iosock = start("echo ready; exec cat", "ready\r\n")) {
      connect(iosock);
      int before = settledDescriptors(iosock);
      for (int i = 0; i < 3; i++) {
        connectOnTerminal();
      }
      assertEquals(before, settledDescriptors(iosock));
    }
  }

  /** Such a client has a descriptor for its window size beside the connection. */
  private void connectOnTerminal() throws Exception {
    try (Terminal terminal = Terminal.open(30, 100)) {
      Process client = terminal.startIosock(directory, "-p", "--connect", "s.sock");
      terminal.awaitText("detaches");
      terminal.awaitRaw();
      terminal.type("word\n").awaitText("word\r\nword\r\n");
      terminal.type("\034");
      assertEquals(0, Terminal.exitCode(client));
    }
  }

  @Test
  void aWaitingIosockDoesNotWakeUp() throws Exception {
    try (Iosock iosock = start("echo ready; exec cat", "ready\r\n");
        Client client = iosock.connect()) {
      client.send("word\n").readUntil("word\r\nword\r\n");
      long loop = Proc.mainThread(iosock.pid());
      String[] last = {""};
      await()
          .during(3, SECONDS)
          .atMost(20, SECONDS)
          .until(() -> last[0].equals(last[0] = Proc.status(loop, "voluntary_ctxt_switches")));
    }
  }

  /** Starts a script on a terminal that changes no byte and does not echo. */
  private Iosock startRaw(String script) throws IOException {
    return start("stty raw -echo; echo ready; " + script, "ready\n");
  }

  /**
   * Starts a script, and waits for its first output.
   *
   * @param shown what the console shows by then
   */
  private Iosock start(String script, String shown) throws IOException {
    Iosock iosock = Iosock.in(directory).startOnTerminal("sh", "-c", script);
    await().atMost(20, SECONDS).until(() -> iosock.output().equals(shown));
    return iosock;
  }

  private static void connect(Iosock iosock) throws IOException {
    try (Client client = iosock.connect()) {
      client.send("word\n").readUntil("word\r\nword\r\n");
    }
  }

  /** Counts the descriptors once iosock has closed those of the last client. */
  private static int settledDescriptors(Iosock iosock) throws IOException {
    connect(iosock);
    int[] last = {-1};
    await()
        .during(1, SECONDS)
        .atMost(20, SECONDS)
        .until(() -> last[0] == (last[0] = Proc.descriptors(iosock.pid())));
    return last[0];
  }

  /**
   * @return the bytes that were not sent
   */
  private static byte[] sendUntilBlocked(Client client, byte[] bytes) {
    AtomicInteger sent = new AtomicInteger();
    await()
        .during(300, MILLISECONDS)
        .atMost(20, SECONDS)
        .until(() -> client.sendNow(bytes, sent) == 0);
    return Arrays.copyOfRange(bytes, sent.get(), bytes.length);
  }

  private void fifo(String name) throws IOException, InterruptedException {
    Run run = Run.of(directory, "mkfifo", name);
    assertTrue(run.exitCode() == 0, run.output());
  }
}
