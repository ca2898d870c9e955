package support;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A server in iosock's place. What it waits for in vain is ended by the test's time limit. */
public final class Server implements AutoCloseable {

  private static final int ROOM = 50;

  private final Path path;
  private final ServerSocketChannel channel;
  private final List<Client> waiting = new ArrayList<>();

  private Server(Path path, int backlog) throws IOException {
    this.path = path;
    channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path), backlog);
  }

  public static Server listen(Path socket) throws IOException {
    return new Server(socket, ROOM);
  }

  /**
   * Its queue is full of two who wait: whoever comes has to wait outside until they are accepted.
   */
  public static Server full(Path socket) throws IOException {
    // One more than asked for has room: unix_stream_connect in the kernel.
    Server server = new Server(socket, 1);
    server.waiting.add(Client.connect(socket));
    server.waiting.add(Client.connect(socket));
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
    channel.close();
    for (Client client : waiting) {
      client.close();
    }
  }
}
