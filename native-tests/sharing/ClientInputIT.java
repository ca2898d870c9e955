package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Programs;
import support.Run;

/** {@code -c}: what several clients send is the command's input, a piece at a time. */
class ClientInputIT {

  private static final int ROUNDS = 40;

  /** So few that all fit into the pipe: a line is then what one read gives, and never cut. */
  private static final int LINES_PER_ROUND = 8;

  @TempDir Path directory;

  /** Each line is sent by one write(2). */
  @ParameterizedTest
  @CsvSource({"2,80", "8,80", "2,4096", "8,4096"})
  void linesOfSeveralClientsAreNeverMixed(int count, int longest) throws Exception {
    Random[] randoms = randoms(count);
    try (Iosock iosock = Shared.running(directory, "-c " + count, "exec cat >in");
        Clients clients = Clients.connect(iosock.socket(), count)) {
      long total = 0;
      for (int round = 0; round < ROUNDS; round++) {
        int first = round * LINES_PER_ROUND;
        List<CompletableFuture<Long>> sending =
            IntStream.range(0, count)
                .mapToObj(i -> sendLines(clients.get(i), i, first, randoms[i], longest))
                .toList();
        total += sending.stream().mapToLong(CompletableFuture::join).sum();
        awaitSize(total);
      }
      assertWholeAndInOrder(count, longest);
    }
  }

  private static CompletableFuture<Long> sendLines(
      Client client, int number, int first, Random random, int longest) {
    return CompletableFuture.supplyAsync(
        () -> {
          long total = 0;
          try {
            for (int i = first; i < first + LINES_PER_ROUND; i++) {
              byte[] line = line(number, i, random, longest);
              client.send(line);
              total += line.length;
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
          return total;
        },
        Thread::startVirtualThread);
  }

  private static Random[] randoms(int count) {
    return IntStream.range(0, count).mapToObj(Random::new).toArray(Random[]::new);
  }

  /** With the client's number, the line's, and a letter of the client that fills it. */
  private static byte[] line(int client, int line, Random random, int longest) {
    String head = client + " " + line + " ";
    int fill = random.nextInt(longest - head.length() - 1);
    return (head + Character.toString('a' + client).repeat(fill) + "\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private void awaitSize(long size) {
    Path in = directory.resolve("in");
    await().atMost(30, SECONDS).until(() -> Files.exists(in) && Files.size(in) >= size);
  }

  private void assertWholeAndInOrder(int count, int longest) throws IOException {
    Random[] randoms = randoms(count);
    int[] next = new int[count];
    for (String line : Files.readAllLines(directory.resolve("in"), StandardCharsets.US_ASCII)) {
      int client = line.charAt(0) - '0';
      assertTrue(client >= 0 && client < count, line);
      byte[] expected = line(client, next[client]++, randoms[client], longest);
      assertEquals(new String(expected, StandardCharsets.US_ASCII), line + "\n");
    }
    for (int i = 0; i < count; i++) {
      assertEquals(ROUNDS * LINES_PER_ROUND, next[i]);
    }
  }

  /** Those that flood stop only when the others have been heard. */
  @ParameterizedTest
  @CsvSource({"1,1", "3,1", "1,3", "7,1"})
  void noneIsKeptWaitingByOthersThatFlood(int flooding, int quiet) throws Exception {
    int count = flooding + quiet;
    AtomicBoolean isOver = new AtomicBoolean();
    // A line of a flood may be cut, since a piece is what one read gives.
    String script = "exec grep --line-buffered -o 'quiet.*'";
    try (Iosock iosock = Shared.running(directory, "-c " + count, script);
        Clients clients = Clients.connect(iosock.socket(), count)) {
      List<CompletableFuture<Void>> floods =
          IntStream.range(0, flooding).mapToObj(i -> flood(clients.get(i), isOver)).toList();
      for (int round = 0; round < 10; round++) {
        for (int i = flooding; i < count; i++) {
          String line = "quiet " + i + " " + round + "\n";
          clients.get(i).send(line);
          clients.readUntil(line);
        }
      }
      assertTrue(floods.stream().noneMatch(CompletableFuture::isDone), "a flood has ended");
      isOver.set(true);
      floods.forEach(CompletableFuture::join);
    }
  }

  private static CompletableFuture<Void> flood(Client client, AtomicBoolean isOver) {
    byte[] lines = "flood\n".repeat(10_000).getBytes(StandardCharsets.US_ASCII);
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (!isOver.get()) {
              client.send(lines);
            }
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60_000, 1_500_000})
  void allThatOneSentBeforeItClosedArrivesThoughOthersAreConnected(int size) throws Exception {
    byte[] sent = Bytes.random(size, size);
    try (Iosock iosock = Shared.running(directory, "-c 3", "head -c " + size + " >in; exec cat");
        Client first = iosock.connect();
        Client last = iosock.connect()) {
      try (Client leaving = iosock.connect()) {
        leaving.send(sent);
      }
      awaitSize(size);
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
      last.send("word\n").readUntil("word\n");
      assertEquals("word", first.readLine());
    }
  }

  @Test
  void oneThatClosesWithUnreadOutputResetsNoOther() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 3", "exec tee in");
        Client first = iosock.connect();
        Client second = iosock.connect()) {
      for (int i = 0; i < 20; i++) {
        Run reset = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "reset");
        assertEquals(new Run(0, ""), reset);
      }
      second.send("well\n").readUntil("well\n");
      first.readUntil("well\n");
      assertEquals("unread\n".repeat(20) + "well\n", Files.readString(directory.resolve("in")));
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void oneThatHasShutDownSendingDoesNotCountAndReceives() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-c 2", "cat");
        Clients halfClosed = Clients.connect(iosock.socket(), 2)) {
      for (int i = 0; i < 2; i++) {
        halfClosed.get(i).send("half " + i + "\n");
        halfClosed.readUntil("half " + i + "\n");
        halfClosed.get(i).shutdownOutput();
      }
      try (Clients clients = Clients.connect(iosock.socket(), 2)) {
        clients.get(1).send("word\n");
        clients.readUntil("word\n");
        halfClosed.readUntil("word\n");
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
      }
      assertEquals("", iosock.output());
    }
  }
}
