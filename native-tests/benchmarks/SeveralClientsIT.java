package benchmarks;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import programs.Programs;
import support.Client;
import support.Forks;
import support.Tool;

/** The relays in C that iosock is compared with do what they are compared for, to the byte. */
@Timeout(30)
class SeveralClientsIT {

  private static final int SIZE = 8 << 20;

  /** What the slow client reads at once. */
  private static final int LITTLE = 500;

  private static final int BEGINNING = 1 << 16;

  @TempDir Path directory;

  private final List<Client> clients = new ArrayList<>();
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private byte[] data;
  private Process relay;

  static Stream<List<String>> relays() {
    return Stream.of(List.of("copyrelay"), List.of("copyrelay", "-b", "1"), List.of("teerelay"))
        .flatMap(relay -> Stream.of("1", "4", "8").map(limit -> with(relay, limit)));
  }

  private static List<String> with(List<String> relay, String limit) {
    return Stream.concat(relay.stream(), Stream.of("-c", limit)).toList();
  }

  @BeforeEach
  void prepare() throws Exception {
    Tool.require("cc", "gcc");
    Programs.compile(directory, List.of("copyrelay", "teerelay"));
    data = new byte[SIZE];
    new Random(1).nextBytes(data);
    Files.write(directory.resolve("data"), data);
  }

  @AfterEach
  void end() throws Exception {
    for (Client client : clients) {
      client.close();
    }
    relay.descendants().forEach(ProcessHandle::destroyForcibly);
    relay.destroyForcibly().waitFor();
    threads.shutdownNow();
  }

  @ParameterizedTest
  @MethodSource("relays")
  void everyClientGetsEveryByte(List<String> line) throws Exception {
    start(line, "read go; exec cat data");
    assertAllGet(data, connectAll(line));
  }

  @ParameterizedTest
  @MethodSource("relays")
  void everyClientGetsEverySmallMessage(List<String> line) throws Exception {
    int messages = 10_000;
    start(line, "read go; exec dd if=data bs=37 status=none count=" + messages);
    assertAllGet(Arrays.copyOf(data, 37 * messages), connectAll(line));
  }

  @ParameterizedTest
  @ValueSource(strings = {"copyrelay", "teerelay"})
  void aClientThatLeavesHoldsBackNothing(String name) throws Exception {
    List<String> line = List.of(name, "-c", "4");
    start(line, "read go; exec cat data");
    connectAll(line);
    Client leaver = clients.removeFirst();
    leaver.send("go\n").read(BEGINNING);
    leaver.close();
    List<Future<byte[]>> received =
        clients.stream().map(client -> threads.submit(client::readAll)).toList();
    for (Future<byte[]> all : received) {
      assertArrayEquals(data, all.get());
    }
    assertEquals(0, relay.waitFor());
  }

  @ParameterizedTest
  @ValueSource(strings = {"copyrelay", "teerelay"})
  void inputComesFromEveryClient(String name) throws Exception {
    start(List.of(name, "-c", "4"), "exec cat");
    for (int i = 0; i < 4; i++) {
      clients.add(i == 0 ? connectFirst() : Client.connect(directory.resolve("socket")));
      clients.getLast().send("" + i);
      for (Client client : clients) {
        assertEquals("" + i, client.readText(1));
      }
    }
    // More than all buffers on the way hold: sending and receiving go on together.
    threads.submit(clients.getLast().sender(data));
    List<Future<byte[]>> received =
        clients.stream().map(client -> threads.submit(() -> client.read(SIZE))).toList();
    for (Future<byte[]> all : received) {
      assertArrayEquals(data, all.get());
    }
  }

  private void start(List<String> line, String script) throws IOException {
    List<String> words = new ArrayList<>(line);
    words.set(0, directory.resolve(line.getFirst()).toString());
    words.addAll(List.of("socket", "sh", "-c", script));
    relay = Forks.start(new ProcessBuilder(words).directory(directory.toFile()).inheritIO());
  }

  private Client connectFirst() {
    Path socket = directory.resolve("socket");
    return await().ignoreExceptions().until(() -> Client.connect(socket), client -> true);
  }

  private List<Client> connectAll(List<String> line) throws IOException {
    clients.add(connectFirst());
    while (clients.size() < Integer.parseInt(line.getLast())) {
      clients.add(Client.connect(directory.resolve("socket")));
    }
    return clients;
  }

  /** The last of several clients begins to read after the others, and reads little at once. */
  private void assertAllGet(byte[] expected, List<Client> clients) throws Exception {
    CountDownLatch begun = new CountDownLatch(clients.size() - 1);
    List<Future<byte[]>> received = new ArrayList<>();
    for (Client client : clients.subList(0, clients.size() - 1)) {
      received.add(threads.submit(() -> receive(client, begun)));
    }
    clients.getFirst().send("go\n");
    begun.await();
    byte[] slowly = new byte[expected.length];
    int length = 0;
    byte[] some;
    while ((some = clients.getLast().read(LITTLE)).length > 0) {
      System.arraycopy(some, 0, slowly, length, some.length);
      length += some.length;
    }
    assertEquals(expected.length, length);
    assertArrayEquals(expected, slowly);
    for (Future<byte[]> all : received) {
      assertArrayEquals(expected, all.get());
    }
    assertEquals(0, relay.waitFor());
  }

  private static byte[] receive(Client client, CountDownLatch begun) throws IOException {
    byte[] beginning = client.read(BEGINNING);
    begun.countDown();
    byte[] rest = client.readAll();
    byte[] all = Arrays.copyOf(beginning, beginning.length + rest.length);
    System.arraycopy(rest, 0, all, beginning.length, rest.length);
    return all;
  }
}
