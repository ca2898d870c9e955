package jmh;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A command on a socket, and a client of it. */
final class Bench implements Closeable {

  private final Path directory;
  private final Closeable wrapped;
  private final Client client;

  Bench(Design design, String... command) throws Exception {
    directory = Files.createTempDirectory("iosock");
    Path socket = directory.resolve("s.sock");
    wrapped = design.wrap(socket, List.of(command));
    client = new Client(socket);
  }

  Client client() {
    return client;
  }

  /** Reads the rest of the output first: it must not go to stdout, which is JMH's. */
  @Override
  public void close() throws IOException {
    Thread reader = Thread.ofPlatform().start(() -> client.receive(Long.MAX_VALUE));
    wrapped.close();
    try {
      reader.join();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    client.close();
    Files.delete(directory);
  }
}
