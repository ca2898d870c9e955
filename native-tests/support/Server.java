package support;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server other than iosock. Its calls block; JUnit's timeout interrupts them. */
public final class Server implements AutoCloseable {

  private static final int BACKLOG = 50;

  private final Path path;
  private final ServerSocketChannel channel;
  private final List<Client> pending = new ArrayList<>();

  private Server(Path path, int backlog) throws IOException {
    this.path = path;
    channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path), backlog);
  }

  public static Server listen(Path socket) throws IOException {
    return new Server(socket, BACKLOG);
  }

  /** With a full backlog: connect blocks until a pending client is accepted. */
  public static Server full(Path socket) throws IOException {
    // The kernel takes one more than asked for: unix_stream_connect.
    Server server = new Server(socket, 1);
    server.pending.add(Client.connect(socket));
    server.pending.add(Client.connect(socket));
    return server;
  }

  public Path path() {
    return path;
  }

  public Client accept() throws IOException {
    return new Client(channel.accept());
  }

  @Override
  public void close() throws IOException {
    Forks.close(channel);
    for (Client client : pending) {
      client.close();
    }
  }
}
