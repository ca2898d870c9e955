package sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import support.Client;

/** Several clients of one socket, in the order in which they connected. */
final class Clients implements AutoCloseable {

  private static final int READ_AT_ONCE = 1 << 16;

  private final List<Client> all = new ArrayList<>();

  private Clients() {}

  static Clients connect(Path socket, int count) throws IOException {
    Clients clients = new Clients();
    for (int i = 0; i < count; i++) {
      clients.all.add(Client.connect(socket));
    }
    return clients;
  }

  Client get(int index) {
    return all.get(index);
  }

  /** Waits for a line at each; bytes right after it may be read too. */
  void readUntil(String line) throws IOException {
    for (Client client : all) {
      client.readUntil(line);
    }
  }

  /** Reads all at the same time to the end of file; fails unless each has exactly these bytes. */
  void assertReceive(byte[] expected) {
    List<CompletableFuture<Void>> reads = all.stream().map(c -> receive(c, expected)).toList();
    reads.forEach(CompletableFuture::join);
  }

  /**
   * Reads to the end of file in a thread of its own, and fails unless it is exactly these bytes.
   */
  static CompletableFuture<Void> receive(Client client, byte[] expected) {
    return receive(client, expected, Pace.FULL);
  }

  static CompletableFuture<Void> receive(Client client, byte[] expected, Pace pace) {
    return CompletableFuture.runAsync(
        () -> compare(client, expected, pace), Thread::startVirtualThread);
  }

  /** Reads to the end of file in a thread of its own. */
  static CompletableFuture<byte[]> readAll(Client client) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.readAll();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        Thread::startVirtualThread);
  }

  private static void compare(Client client, byte[] expected, Pace pace) {
    byte[] buffer = new byte[Math.min(READ_AT_ONCE, pace.atOnce())];
    int done = 0;
    try {
      InputStream in = client.input();
      int count;
      while ((count = in.read(buffer)) > 0) {
        int end = Math.min(done + count, expected.length);
        assertEquals(-1, Arrays.mismatch(expected, done, end, buffer, 0, count), "after " + done);
        done = end;
        pace.pause();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    assertEquals(expected.length, done, "end of file");
  }

  @Override
  public void close() throws IOException {
    for (Client client : all) {
      client.close();
    }
  }
}
