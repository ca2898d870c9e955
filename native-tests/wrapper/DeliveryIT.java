package wrapper;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;

/** Every byte goes to one receiver, in order. */
class DeliveryIT {

  private static final int RECONNECTS = 200;

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(ints = {1, 60_000, 1_500_000})
  void allThatAClientSentBeforeItClosedArrives(int count) throws Exception {
    byte[] sent = Bytes.random(count, count);
    // Before the client has closed, the output would be for it.
    fifo("closed");
    String script = "head -c " + count + " >in; read x <closed; echo done";
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", script)) {
      try (Client client = iosock.connect()) {
        client.send(sent);
      }
      Files.writeString(directory.resolve("closed"), "yes\n");
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
      assertEquals("done\n", iosock.output());
    }
  }

  /**
   * More than the pipe holds, so that input of several closed clients is pending in their sockets.
   */
  @Test
  void pendingInputOfClosedClientsArrivesInOrderWhileTheNextOneIsServed() throws Exception {
    fifo("gate");
    fifo("talk");
    try (Iosock iosock =
        Iosock.running(directory, "sh", "-c", "cat talk & read x <gate; exec cat >in")) {
      byte[] first = fill(iosock, 1);
      byte[] second = fill(iosock, 2);
      byte[] third = "third".getBytes(StandardCharsets.US_ASCII);
      try (Client client = iosock.connect()) {
        client.send(third);
        Files.writeString(directory.resolve("talk"), "at once\n");
        assertEquals("at once", client.readLine());
        assertEquals(0, Files.exists(directory.resolve("in")) ? 1 : 0);
        Files.writeString(directory.resolve("gate"), "open\n");
        Path in = directory.resolve("in");
        int total = first.length + second.length + third.length;
        await().atMost(30, SECONDS).until(() -> Files.exists(in) && Files.size(in) == total);
        byte[] received = Files.readAllBytes(in);
        assertArrayEquals(first, Arrays.copyOf(received, first.length));
        assertArrayEquals(
            second, Arrays.copyOfRange(received, first.length, first.length + second.length));
        assertArrayEquals(third, Arrays.copyOfRange(received, total - third.length, total));
      }
    }
  }

  @Test
  void aClientThatStopsReadingForSecondsThenGetsAllOfIt() throws Exception {
    try (Iosock iosock =
            Iosock.running(directory, "sh", "-c", "read x; head -c 3000000 /dev/zero; echo end");
        Client client = iosock.connect()) {
      client.send("go\n");
      // The command is held back: it does not give up, and iosock is idle.
      long shell = iosock.commandPid();
      await().atMost(10, SECONDS).until(() -> !Proc.children(shell).isEmpty());
      await().during(3, SECONDS).atMost(10, SECONDS).until(() -> Proc.exists(shell));
      Idle.awaitWhile(iosock.pid(), () -> Proc.exists(shell));
      assertArrayEquals(new byte[3_000_000], client.read(3_000_000));
      assertEquals("end", client.readLine());
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  @RepeatedTest(20)
  void finalOutputReachesTheConsole() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .start(
                "sh", "-c", "head -c 500000 /dev/zero; echo final output; echo err >&2; exit 9")) {
      assertEquals(9, iosock.exitCode());
      assertEquals(500_000 + "final output\n".length(), iosock.output().length());
      assertTrue(iosock.output().endsWith("\0final output\n"));
      assertEquals("err\n", iosock.errors());
    }
  }

  @RepeatedTest(20)
  void finalOutputReachesTheClient() throws Exception {
    try (Iosock iosock =
            Iosock.running(
                directory,
                "sh",
                "-c",
                "read x; head -c 500000 /dev/zero; echo final output; exit 9");
        Client client = iosock.connect()) {
      client.send("go\n");
      byte[] all = client.readAll();
      assertEquals(500_000 + "final output\n".length(), all.length);
      assertEquals(9, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  /** A grandchild keeps the command's stdin open, so that input is pending when iosock closes. */
  @Test
  void aClientWhoseInputIsNotReadStillGetsEndOfFileAndNoReset() throws Exception {
    fifo("gate");
    try (Iosock iosock =
            Iosock.running(
                directory,
                "sh",
                "-c",
                "exec 3<&0; sleep 3 & read x <gate; echo final output; exit 9");
        Client client = iosock.connect()) {
      sendAllThatIsTaken(client, Bytes.random(16 << 20, 1));
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals(9, iosock.exitCode());
      assertEquals("final output\n", client.readAllText());
    }
  }

  @Test
  @Timeout(300)
  void noLineIsLostOrDoubledInManyReconnects() throws Exception {
    String leaver = Programs.compiled("partialreader");
    List<byte[]> taken = new ArrayList<>();
    try (Iosock iosock =
        Iosock.running(directory, "sh", "-c", "i=0; while echo $i; do i=$((i+1)); done")) {
      for (int i = 0; i < RECONNECTS; i++) {
        Path file = directory.resolve("taken");
        Process client =
            Forks.start(
                new ProcessBuilder(leaver, iosock.socket().toString(), "" + (100 + i * 37 % 5000))
                    .redirectOutput(file.toFile())
                    .redirectError(Redirect.INHERIT));
        assertEquals(0, client.waitFor());
        taken.add(Files.readAllBytes(file));
      }
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
    }
    assertInterleaved(taken, Files.readAllBytes(directory.resolve("stdout")));
  }

  /** The command writes the numbers from 0 on; what no client was sent must be on the console. */
  private static void assertInterleaved(List<byte[]> taken, byte[] console) {
    Numbers numbers = new Numbers(console.length + taken.stream().mapToInt(t -> t.length).sum());
    int at = 0;
    int consoleAt = 0;
    for (byte[] part : taken) {
      int start = numbers.find(part, at);
      int gap = start - at;
      assertArrayEquals(
          numbers.slice(at, start), Arrays.copyOfRange(console, consoleAt, consoleAt + gap));
      consoleAt += gap;
      assertArrayEquals(numbers.slice(start, start + part.length), part);
      at = start + part.length;
    }
    int rest = console.length - consoleAt;
    assertArrayEquals(
        numbers.slice(at, at + rest), Arrays.copyOfRange(console, consoleAt, console.length));
  }

  /** The beginning of what the command writes. */
  private record Numbers(byte[] text) {

    Numbers(int count) {
      this(generate(count));
    }

    private static byte[] generate(int count) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; text.length() < count + 20; i++) {
        text.append(i).append('\n');
      }
      return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    byte[] slice(int from, int to) {
      return Arrays.copyOfRange(text, from, to);
    }

    /** The first position of the part. */
    int find(byte[] part, int from) {
      for (int start = from; start + part.length <= text.length; start++) {
        if (Arrays.equals(text, start, start + part.length, part, 0, part.length)) {
          return start;
        }
      }
      throw new AssertionError("a client was sent what was never written");
    }
  }

  private void fifo(String name) throws IOException, InterruptedException {
    assertEquals(
        0, Forks.start(new ProcessBuilder("mkfifo", "" + directory.resolve(name))).waitFor());
  }

  /** A client that sends until nothing more is taken, and closes. */
  private static byte[] fill(Iosock iosock, long seed) throws IOException {
    try (Client client = iosock.connect()) {
      return sendAllThatIsTaken(client, Bytes.random(16 << 20, seed));
    }
  }

  /**
   * @return the bytes that were taken
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
