package jmh;

import iosock.posix.Ascii;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import java.nio.file.Path;

/**
 * The client, the same for every design: blocking calls of libc, without allocation. Not
 * thread-safe.
 */
final class Client implements AutoCloseable {

  private static final int BUFFER_SIZE = 1 << 20;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(BUFFER_SIZE);
  private final SocketAddress address;
  private int server;

  Client(Path socket) {
    address = SocketAddress.path(Ascii.bytes(socket.toString()));
    connect();
  }

  private Client(SocketAddress address, int server) {
    this.address = address;
    this.server = server;
  }

  /** The same connection, with its own buffer, for another thread; it need not be closed. */
  Client twin() {
    return new Client(address, server);
  }

  void connect() {
    server = Failure.check(libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM), "make", "a socket");
    Failure.check(libc.connect(server, address), "connect to", "the socket");
  }

  /**
   * @return false if the connection has ended
   */
  boolean receive(long bytes) {
    for (long left = bytes; left > 0; ) {
      long received = libc.recv(server, buffer, (int) Math.min(left, BUFFER_SIZE), 0);
      if (received <= 0) {
        return false;
      }
      left -= received;
    }
    return true;
  }

  /**
   * @param block bytes in one call, at most 1 MiB
   * @return false if the connection has ended
   */
  boolean send(long bytes, int block) {
    for (long left = bytes; left > 0; ) {
      int most = (int) Math.min(left, block);
      long sent = libc.send(server, buffer, 0, most, Sockets.MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      left -= sent;
    }
    return true;
  }

  /** Sends an empty line, for a shell that reads one first. */
  void sendLine() {
    buffer.putByte(0, '\n');
    send(1, 1);
  }

  @Override
  public void close() {
    libc.close(server);
  }
}
