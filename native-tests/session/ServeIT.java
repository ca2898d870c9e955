package session;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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
import support.Programs;
import support.Run;
import support.Server;
import support.Tool;

/** {@code --serve}: iosock's own input and output on a socket. */
class ServeIT {

  private static final int FAILED = 125;
  private static final int SIGPIPE = 13;

  private static final int SIGCONT = 18;
  private static final int SIGSTOP = 19;

  @TempDir Path directory;

  // Clients.

  @Test
  void clientsAreServedOneAfterAnother() throws Exception {
    try (Iosock iosock = startServing()) {
      StringBuilder received = new StringBuilder();
      for (int i = 0; i < 5; i++) {
        try (Client client = iosock.connect()) {
          write(iosock, "to " + i + "\n");
          assertEquals("to " + i, client.readLine());
          client.send("from " + i + "\n");
          received.append("from ").append(i).append('\n');
        }
        await().atMost(20, SECONDS).until(() -> iosock.output().equals(received.toString()));
      }
    }
  }

  @Test
  void aSecondClientIsClosedAtOnce() throws Exception {
    try (Iosock iosock = startServing();
        Client first = iosock.connect()) {
      for (int i = 0; i < 50; i++) {
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
      }
      write(iosock, "x");
      assertEquals("x", first.readText(1));
      first.send("y");
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("y"));
    }
  }

  @ParameterizedTest
  @CsvSource({"0600, rw-------", "660, rw-rw----", "0777, rwxrwxrwx"})
  void theModeIsAsAsked(String mode, String permissions) throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-m", mode, "--serve", "./s.sock")
            .awaitListening()) {
      assertEquals(
          permissions,
          PosixFilePermissions.toString(Files.getPosixFilePermissions(iosock.socket())));
    }
  }

  @Test
  void theSocketMayBeAbstract() throws Exception {
    Tool.require("socat", "socat");
    String name = "iosock-test-" + ProcessHandle.current().pid() + "-serve";
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--serve", "@" + name)) {
      write(iosock, "answer\n");
      iosock.process().getOutputStream().close();
      String address = "ABSTRACT-CONNECT:" + name + ",retry=200,interval=0.1";
      Run socat = Run.withInput(directory, "word\n", "socat", "-t30", "-", address);
      assertEquals(new Run(0, "answer\n"), socat);
      assertEquals(0, iosock.exitCode());
      assertEquals("word\n", iosock.output());
    }
  }

  @ParameterizedTest
  @CsvSource({"socat, socat -t30 - UNIX-CONNECT:s.sock", "netcat-openbsd, nc -N -U s.sock"})
  void socatAndNetcatMayBeClients(String debianPackage, String line) throws Exception {
    String[] command = line.split(" ");
    Tool.require(command[0], debianPackage);
    try (Iosock iosock = startServing()) {
      write(iosock, "answer\n");
      iosock.process().getOutputStream().close();
      assertEquals(new Run(0, "answer\n"), Run.withInput(directory, "word\n", command));
      assertEquals(0, iosock.exitCode());
      assertEquals("word\n", iosock.output());
    }
  }

  @Test
  void bulkDataIsCompleteBothWaysAtOnce() throws Exception {
    byte[] question = Bytes.random(10_000_000, 1);
    byte[] answer = Bytes.random(10_000_000, 2);
    try (Iosock iosock = startServing()) {
      try (Client client = iosock.connect()) {
        CompletableFuture<Void> sending = CompletableFuture.runAsync(client.sender(question));
        CompletableFuture<Void> writing = CompletableFuture.runAsync(writer(iosock, answer));
        assertArrayEquals(answer, client.read(answer.length));
        sending.join();
        writing.join();
      }
      iosock.process().getOutputStream().close();
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(question, Files.readAllBytes(directory.resolve("stdout")));
    }
  }

  @Test
  void whatAClientSentBeforeItClosedArrives() throws Exception {
    byte[] sent = Bytes.random(1_500_000, 3);
    try (Iosock iosock = startServing()) {
      try (Client client = iosock.connect()) {
        client.send(sent);
      }
      Path out = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(out) == sent.length);
      assertArrayEquals(sent, Files.readAllBytes(out));
      assertTrue(iosock.process().isAlive());
    }
  }

  /** Each client reads some bytes and closes: the output of all of them together is the input. */
  @Test
  void whatAClientDidNotReceiveGoesToTheNextOne() throws Exception {
    byte[] all = Bytes.random(2_000_000, 4);
    Files.write(directory.resolve("in"), all);
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.from(directory.resolve("in").toFile()))
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      ByteArrayOutputStream taken = new ByteArrayOutputStream();
      for (int i = 0; i < 5; i++) {
        taken.writeBytes(readAndClose("" + 100_000));
      }
      try (Client last = iosock.connect()) {
        taken.writeBytes(last.readAll());
      }
      assertArrayEquals(all, taken.toByteArray());
      assertEquals(0, iosock.exitCode());
    }
  }

  /**
   * Runs a client that closes after it has read at least {@code count} bytes.
   *
   * @return all that was sent to the client
   */
  private byte[] readAndClose(String count) throws Exception {
    Path taken = directory.resolve("taken");
    Process reader =
        Forks.start(
            new ProcessBuilder(Programs.compiled("partialreader"), "s.sock", count)
                .directory(directory.toFile())
                .redirectOutput(taken.toFile()));
    assertEquals(0, reader.waitFor());
    return Files.readAllBytes(taken);
  }

  // No client.

  @Test
  void withoutAClientItReadsNoInput() throws Exception {
    try (RandomAccessFile fifo = fifo();
        Iosock iosock = startServingFifo()) {
      fifo.write("kept".getBytes(StandardCharsets.US_ASCII));
      Idle.await(iosock.pid());
      try (FileInputStream other = new FileInputStream(directory.resolve("fifo").toFile())) {
        assertEquals("kept".length(), other.available());
        assertEquals('k', other.read());
      }
      try (Client client = iosock.connect()) {
        assertEquals("ept", client.readText(3));
      }
    }
  }

  @Test
  void afterTheClientHasClosedItReadsNoInput() throws Exception {
    try (RandomAccessFile fifo = fifo();
        Iosock iosock = startServingFifo()) {
      try (Client client = iosock.connect()) {
        fifo.write('a');
        assertEquals("a", client.readText(1));
        client.send("b");
      }
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("b"));
      await().atMost(20, SECONDS).until(() -> hasNoClient(iosock));
      fifo.write("kept".getBytes(StandardCharsets.US_ASCII));
      Idle.await(iosock.pid());
      try (FileInputStream other = new FileInputStream(directory.resolve("fifo").toFile())) {
        assertEquals("kept".length(), other.available());
      }
    }
  }

  /** Its only socket is the listening one. */
  private static boolean hasNoClient(Iosock iosock) {
    return Proc.sockets(iosock.pid()) == 1;
  }

  @Test
  void aWriterBlocksWhileThereIsNoClient() throws Exception {
    byte[] flood = Bytes.random(1_000_000, 5);
    try (Iosock iosock = startServing()) {
      CompletableFuture<Void> writer = CompletableFuture.runAsync(writer(iosock, flood));
      Idle.await(iosock.pid());
      assertTrue(!writer.isDone());
      try (Client client = iosock.connect()) {
        assertArrayEquals(flood, client.read(flood.length));
      }
      writer.join();
    }
  }

  // End of input.

  @Test
  void theEndOfItsInputIsEndOfFileForTheClientWhichMayStillSend() throws Exception {
    byte[] sent = Bytes.random(10_000_000, 6);
    try (Iosock iosock = startServing()) {
      try (Client client = iosock.connect()) {
        write(iosock, "all");
        iosock.process().getOutputStream().close();
        assertEquals("all", client.readAllText());
        Idle.await(iosock.pid());
        client.send(sent);
      }
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("stdout")));
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void itExitsWhenItsInputEndsWithoutAClient() throws Exception {
    try (Iosock iosock = startServing()) {
      iosock.process().getOutputStream().close();
      assertEquals(0, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
      assertEquals("", iosock.output() + iosock.errors());
    }
  }

  @Test
  void itExitsWhenTheSocketThatIsItsInputShutsDownSending() throws Exception {
    Path path = directory.resolve("peer");
    try (Server peer = Server.listen(path);
        Iosock iosock =
            Iosock.in(directory)
                .under(Programs.compiled("setup"), "-c", path.toString())
                .under("sh", "-c", "exec \"$@\" <&1", "sh")
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client input = peer.accept()) {
      Idle.await(iosock.pid());
      input.shutdownOutput();
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void itExitsWhenItsInputEndsAfterTheLastClientHasClosed() throws Exception {
    try (Iosock iosock = startServing()) {
      try (Client client = iosock.connect()) {
        client.send("word");
      }
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("word"));
      iosock.process().getOutputStream().close();
      assertEquals(0, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void unreadInputIsKeptForAClientThoughItsEndHasCome() throws Exception {
    try (Iosock iosock = startServing()) {
      write(iosock, "left behind");
      iosock.process().getOutputStream().close();
      Idle.await(iosock.pid());
      try (Client client = iosock.connect()) {
        assertEquals("left behind", client.readAllText());
        client.send("thanks");
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("thanks", iosock.output());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  /** poll cannot tell that a file is at its end: it has to be read for that. */
  @ParameterizedTest
  @ValueSource(strings = {"/dev/null", "empty"})
  void withEmptyInputItServesOneClient(String input) throws Exception {
    Files.createFile(directory.resolve("empty"));
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.from(directory.resolve(input).toFile()))
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      Idle.await(iosock.pid());
      try (Client client = iosock.connect()) {
        assertEquals("", client.readAllText());
        client.send("word");
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("word", iosock.output());
    }
  }

  /** One poll reports both, the client that has closed and the new one. */
  @Test
  void aClientThatConnectsAsTheLastOneClosesIsRejected() throws Exception {
    try (Iosock iosock = startServing()) {
      try (Client last = iosock.connect()) {
        iosock.process().getOutputStream().close();
        assertEquals("", last.readAllText());
        iosock.signal(SIGSTOP);
        await().atMost(20, SECONDS).until(() -> Proc.state(iosock.pid()) == 'T');
      }
      try (Client late = iosock.connect()) {
        iosock.signal(SIGCONT);
        assertEquals("", late.readAllText());
        assertEquals(0, iosock.exitCode());
      }
    }
  }

  @Test
  void afterTheEndOfItsInputNewClientsAreRejected() throws Exception {
    try (Iosock iosock = startServing()) {
      try (Client last = iosock.connect()) {
        iosock.process().getOutputStream().close();
        assertEquals("", last.readAllText());
        try (Client late = iosock.connect()) {
          assertEquals("", late.readText(1));
        }
        last.send("word");
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("word", iosock.output());
    }
  }

  // Failing output, and signals.

  @Test
  void itExitsSilentlyWhenTheReaderOfItsOutputHasClosed() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client client = iosock.connect()) {
      Forks.close(iosock.process().getInputStream());
      client.send("word");
      assertEquals(128 + SIGPIPE, iosock.exitCode());
      assertEquals("", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void aFullDeviceAsOutputEndsItWithAnErrorLine() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .output(Redirect.to(new File("/dev/full")))
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client client = iosock.connect()) {
      client.send("word");
      assertEquals(FAILED, iosock.exitCode());
      assertEquals(
          "iosock: cannot write to standard output: No space left on device\n", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void aSlowReaderOfItsOutputBlocksOnlyTheClientsSending() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .output(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      byte[] sent;
      try (Client client = iosock.connect()) {
        sent = sendUntilBlocked(client, Bytes.random(16 << 20, 7));
        Idle.await(iosock.pid());
        write(iosock, "word");
        assertEquals("word", client.readText(4));
      }
      iosock.process().getOutputStream().close();
      Idle.await(iosock.pid());
      assertArrayEquals(sent, iosock.process().getInputStream().readAllBytes());
      assertEquals(0, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({"HUP, 1", "INT, 2", "QUIT, 3", "TERM, 15"})
  void aSignalEndsItAndUnlinksTheSocket(String name, int number) throws Exception {
    try (Iosock iosock = startServing()) {
      Proc.signal(iosock.pid(), "-" + name);
      assertEquals(128 + number, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
      assertEquals("", iosock.output() + iosock.errors());
    }
  }

  @Test
  void aSignalEndsItThoughTheClientReadsNothing() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.from(new File("/dev/zero")))
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client client = iosock.connect()) {
      assertEquals("\0", client.readText(1));
      Idle.await(iosock.pid());
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
      assertTrue(client.readAllText().chars().allMatch(c -> c == 0), "other bytes than were sent");
    }
  }

  /** The orphan was there before iosock was executed. */
  @Test
  void asProcess1ItReapsOrphans() throws Exception {
    Tool.require("unshare", "util-linux");
    Tool.requireToRun(
        Run.of(directory, "unshare", "-pf", "--mount-proc", "true"), "PID namespaces need root");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "-pf", "--kill-child", "--mount-proc")
            .under("sh", "-c", "(exec sleep 2 & true &); exec \"$@\"", "sh")
            .withJava("-XX:-UsePerfData")
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      long init = Proc.children(iosock.pid()).getFirst();
      await().atMost(20, SECONDS).until(() -> Proc.children(init).isEmpty());
      iosock.process().getOutputStream().close();
      assertEquals(0, iosock.exitCode());
    }
  }

  // Sockets that exist already.

  @Test
  void aListeningSocketIsLeftAlone() throws Exception {
    try (Iosock iosock = startServing();
        Client client = iosock.connect()) {
      assertRefused("./s.sock", "Address already in use");
      write(iosock, "x");
      assertEquals("x", client.readText(1));
    }
  }

  @Test
  void anAbstractSocketInUseIsLeftAlone() throws Exception {
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-taken";
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--serve", name).awaitListening()) {
      assertRefused(name, "Address already in use");
      assertTrue(iosock.process().isAlive());
    }
  }

  @Test
  void aFileThatIsNoSocketIsLeftAlone() throws Exception {
    Files.writeString(directory.resolve("s.sock"), "a file");
    assertRefused("./s.sock", "File exists");
    assertEquals("a file", Files.readString(directory.resolve("s.sock")));
  }

  @Test
  void aStaleSocketIsReplaced() throws Exception {
    Server.listen(directory.resolve("s.sock")).close();
    assertTrue(Files.exists(directory.resolve("s.sock")));
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      write(iosock, "word");
      try (Client client = iosock.connect()) {
        assertEquals("word", client.readText(4));
      }
    }
  }

  private Iosock startServing() throws IOException {
    return Iosock.in(directory)
        .input(Redirect.PIPE)
        .startWith("--serve", "./s.sock")
        .awaitListening();
  }

  /** Opened for reading and writing, so that opening does not block and no end of file comes. */
  private RandomAccessFile fifo() throws Exception {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "fifo"));
    return new RandomAccessFile(directory.resolve("fifo").toFile(), "rw");
  }

  private Iosock startServingFifo() throws IOException {
    return Iosock.in(directory)
        .input(Redirect.from(directory.resolve("fifo").toFile()))
        .startWith("--serve", "./s.sock")
        .awaitListening();
  }

  private static void write(Iosock iosock, String text) throws IOException {
    OutputStream input = iosock.process().getOutputStream();
    input.write(text.getBytes(StandardCharsets.US_ASCII));
    input.flush();
  }

  private static Runnable writer(Iosock iosock, byte[] bytes) {
    return () -> {
      try {
        iosock.process().getOutputStream().write(bytes);
        iosock.process().getOutputStream().flush();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    };
  }

  private void assertRefused(String socket, String reason) throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of("--serve", socket));
    assertEquals(
        new Run(FAILED, "iosock: cannot bind " + socket + ": " + reason + "\n"),
        Run.of(directory, line.toArray(String[]::new)));
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
