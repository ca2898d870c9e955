package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
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

/** {@code -t}: the console gets the output also while clients are connected. */
class TeeIT {

  private static final int SIZE = 3_000_000;

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"-t,1", "--tee -c 2,2", "-t -c 8,8"})
  void stdoutAndStderrHaveEverythingWhetherClientsAreConnectedOrNot(String options, int count)
      throws Exception {
    byte[] out = withTopBit(Bytes.random(SIZE, 1), 0);
    byte[] err = withTopBit(Bytes.random(SIZE, 2), 0x80);
    Files.write(directory.resolve("out"), out);
    Files.write(directory.resolve("err"), err);
    String script = "cat out; cat err >&2; read x; cat err >&2 & cat out; wait; read x; cat out";
    try (Iosock iosock = Shared.running(directory, options, script)) {
      awaitConsole(SIZE, SIZE);
      try (Clients clients = Clients.connect(iosock.socket(), count)) {
        clients.get(0).send("go\n");
        CompletableFuture<?>[] reading = new CompletableFuture<?>[count];
        for (int i = 0; i < count; i++) {
          Client client = clients.get(i);
          reading[i] =
              CompletableFuture.runAsync(
                  () -> assertMerged(client, out, err), Thread::startVirtualThread);
        }
        CompletableFuture.allOf(reading).join();
        awaitConsole(2 * SIZE, 2 * SIZE);
        clients.get(count - 1).send("go\n");
      }
      assertEquals(0, iosock.exitCode());
    }
    assertArrayEquals(repeat(out, 3), Files.readAllBytes(directory.resolve("stdout")));
    assertArrayEquals(repeat(err, 2), Files.readAllBytes(directory.resolve("stderr")));
  }

  /** The bytes of stdout and of stderr tell from which they are. */
  private static byte[] withTopBit(byte[] bytes, int bit) {
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (bytes[i] & 0x7f | bit);
    }
    return bytes;
  }

  private static byte[] repeat(byte[] bytes, int times) {
    byte[] all = new byte[times * bytes.length];
    for (int i = 0; i < times; i++) {
      System.arraycopy(bytes, 0, all, i * bytes.length, bytes.length);
    }
    return all;
  }

  private static void assertMerged(Client client, byte[] out, byte[] err) {
    ByteArrayOutputStream outRead = new ByteArrayOutputStream();
    ByteArrayOutputStream errRead = new ByteArrayOutputStream();
    try {
      for (byte one : client.input().readNBytes(out.length + err.length)) {
        (one < 0 ? errRead : outRead).write(one);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertArrayEquals(out, outRead.toByteArray());
    assertArrayEquals(err, errRead.toByteArray());
  }

  private void awaitConsole(long out, long err) {
    await()
        .atMost(30, SECONDS)
        .until(
            () ->
                Files.size(directory.resolve("stdout")) == out
                    && Files.size(directory.resolve("stderr")) == err);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t", "-t -c 3", "-t -c 2 -o ./o.sock -r 4096"})
  void theConsoleIsWholeThoughClientsComeAndGoInAFlood(String options) throws Exception {
    int lines = 6_400_000;
    byte[] all = Numbers.upTo(lines);
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.running(directory, options, "read x <gate; exec seq " + lines)) {
      Client first = iosock.connect();
      Shared.open(directory, "gate");
      for (int i = 0; i < 20; i++) {
        // Each leaves with output that it has not read.
        assertTrue(first.read(50_000).length > 0);
        first.close();
        first = iosock.connect();
      }
      Numbers.assertConsecutive(afterFirstLine(first.readAll()));
      first.close();
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
    assertArrayEquals(all, Files.readAllBytes(directory.resolve("stdout")));
  }

  /** Where a client joins without a replay, the first line may be cut off. */
  private static byte[] afterFirstLine(byte[] text) {
    int start = 0;
    while (text[start] != '\n') {
      start++;
    }
    return Arrays.copyOfRange(text, start + 1, text.length);
  }

  @ParameterizedTest
  @ValueSource(strings = {"-t", "-t -c 2"})
  void aConsoleThatStallsHoldsBackTheCommandAndAClientGetsWhatIsPending(String options)
      throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.PIPE);
    String script = "exec 3<&0; cat <&3 >in & read x <gate; exec seq 1000000";
    Shared.fifo(directory, "gate");
    try (Iosock iosock = Shared.start(builder, options, script).awaitCommand();
        Client client = iosock.connect()) {
      Shared.open(directory, "gate");
      byte[] some = client.input().readNBytes(1 << 16);
      assertArrayEquals(Arrays.copyOf(all, 1 << 16), some);
      ByteArrayOutputStream taken = new ByteArrayOutputStream();
      taken.writeBytes(some);
      Idle.awaitWhile(
          iosock.pid(),
          () -> {
            taken.writeBytes(client.available());
            return Proc.state(iosock.commandPid()) == 'S';
          });
      assertTrue(taken.size() < all.length, "" + taken.size());
      client.send("word");
      Path in = directory.resolve("in");
      await().atMost(20, SECONDS).until(() -> Files.exists(in) && Files.size(in) == 4);

      CompletableFuture<byte[]> rest = Clients.readAll(client);
      assertArrayEquals(all, iosock.process().getInputStream().readAllBytes());
      taken.writeBytes(rest.join());
      assertArrayEquals(all, taken.toByteArray());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void aClientThatStallsHoldsBackTheCommandAndTheConsoleGetsWhatIsPending() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    try (Iosock iosock = Shared.running(directory, "-t", "read x; exec seq 1000000");
        Client client = iosock.connect()) {
      client.send("go\n");
      Path console = directory.resolve("stdout");
      Idle.awaitWhile(
          iosock.pid(),
          () -> Files.size(console) >= 1 << 16 && Proc.state(iosock.commandPid()) == 'S');
      assertTrue(Files.size(console) < all.length);
      assertArrayEquals(all, client.readAll());
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(all, Files.readAllBytes(console));
    }
  }

  @Test
  void aConsoleThatIsClosedChangesNothingForTheClient() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.PIPE);
    try (Iosock iosock = Shared.start(builder, "-t", "read x; exec seq 1000000").awaitCommand();
        Client client = iosock.connect()) {
      Forks.close(iosock.process().getInputStream());
      client.send("go\n");
      assertArrayEquals(all, client.readAll());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void aConsoleThatIsFullChangesNothingForTheClient() throws Exception {
    byte[] all = Numbers.upTo(1_000_000);
    Iosock.Builder builder =
        Iosock.in(directory).output(Redirect.to(Path.of("/dev/full").toFile()));
    try (Iosock iosock = Shared.start(builder, "-t", "read x; exec seq 1000000").awaitCommand();
        Client client = iosock.connect()) {
      client.send("go\n");
      assertArrayEquals(all, client.readAll());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void anAppendOnlyFileHasEverything() throws Exception {
    byte[] all = Numbers.upTo(300_000);
    Path log = directory.resolve("log");
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.appendTo(log.toFile()));
    try (Iosock iosock = Shared.start(builder, "-t -c 2", "read x; seq 300000").awaitCommand();
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      clients.get(1).send("go\n");
      clients.assertReceive(all);
      assertEquals(0, iosock.exitCode());
      assertArrayEquals(all, Files.readAllBytes(log));
    }
  }

  @Test
  void onATerminalToo() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-p -t", "stty raw -echo; echo ready; cat")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      for (int i = 0; i < 20; i++) {
        try (Client client = iosock.connect()) {
          assertEquals("" + i, client.send(i + "\n").readLine());
        }
      }
      StringBuilder expected = new StringBuilder("ready\n");
      for (int i = 0; i < 20; i++) {
        expected.append(i).append('\n');
      }
      await().atMost(20, SECONDS).until(() -> iosock.output().contentEquals(expected));
    }
  }

  /** Everything is written where it belongs before iosock exits. */
  @Test
  void whatIsWrittenLastReachesTheClientAndTheConsole() throws Exception {
    for (int i = 0; i < 20; i++) {
      Path own = Files.createDirectory(directory.resolve("" + i));
      String script = "read x; head -c 500000 /dev/zero; echo final; echo err >&2; exit 9";
      try (Iosock iosock = Shared.running(own, "-t", script);
          Client client = iosock.connect()) {
        client.send("go\n");
        assertEquals(500_000 + "final\nerr\n".length(), client.readAll().length);
        assertEquals(9, iosock.exitCode());
        assertEquals("\0".repeat(500_000) + "final\n", iosock.output());
        assertEquals("err\n", iosock.errors());
      }
    }
  }
}
