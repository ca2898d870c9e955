package jmh;

import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A command on a socket, and clients of it. */
final class Bench implements Closeable {

  private final Path directory;
  private final Path socket;
  private final Closeable wrapped;
  private final List<Client> clients = new ArrayList<>();

  /** With one client. */
  Bench(Design design, String... command) throws Exception {
    this(design, 1, command);
    connect();
  }

  /**
   * With no client yet.
   *
   * @param limit how many clients there may be at once
   */
  Bench(Design design, int limit, String... command) throws Exception {
    directory = Files.createTempDirectory("iosock");
    socket = directory.resolve("s.sock");
    wrapped = design.wrap(socket, limit, List.of(command));
  }

  /** Adds a client. */
  Client connect() {
    clients.add(new Client(socket));
    return clients.getLast();
  }

  /** The first one. */
  Client client() {
    return clients.getFirst();
  }

  List<Client> clients() {
    return clients;
  }

  /** Reads the rest of the output first: it must not go to stdout, which is JMH's. */
  @Override
  public void close() throws IOException {
    List<Thread> readers =
        clients.stream()
            .map(client -> Thread.ofPlatform().start(() -> client.receive(Long.MAX_VALUE)))
            .toList();
    wrapped.close();
    try {
      for (Thread reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    clients.forEach(Client::close);
    Files.delete(directory);
  }
}
