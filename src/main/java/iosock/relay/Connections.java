package iosock.relay;

import iosock.flow.History;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;
import iosock.socket.Listener;
import iosock.socket.Notice;

/**
 * The connected sockets, and the objects for them, which are used again.
 *
 * <p>A socket that is done with is only marked, and closed after the turn: so its number is not
 * used again while something of that turn still has it.
 */
final class Connections {

  /** Two sockets are listened on at most. */
  private static final int MAX_REJECTED = 2 * (Listener.BACKLOG + 1);

  private static final int UNREAD_SIZE = 1 << 16;

  private final Libc libc;
  private final History history;
  private final Client[] free;
  private final Client[] marked;

  /** Connections that never were clients. */
  private final int[] rejected = new int[MAX_REJECTED];

  private final NativeBuffer notice = new NativeBuffer(1);
  private final NativeBuffer unread = new NativeBuffer(UNREAD_SIZE);
  private int freeCount;
  private int markedCount;
  private int rejectedCount;

  /**
   * @param history what each receiver gets first
   * @param capacity how many connections there can be at once, beside those that are rejected
   */
  Connections(Libc libc, History history, int capacity) {
    this.libc = libc;
    this.history = history;
    free = new Client[capacity];
    marked = new Client[capacity];
  }

  /**
   * @param fd non-blocking; {@link #close} closes it
   */
  Client open(int fd) {
    Client client = freeCount > 0 ? free[--freeCount] : new Client(libc, history);
    client.connected(fd);
    return client;
  }

  /** A connection is closed after the turn, without having been a client's. */
  void reject(int fd, Notice reason) {
    reason.send(libc, fd, notice);
    rejected[rejectedCount++] = fd;
  }

  /** Closes a connection after the turn. */
  void close(Client client) {
    client.endOutput();
    marked[markedCount++] = client;
  }

  /** After a turn, when nothing has these connections any more. */
  void closeMarked() {
    while (markedCount > 0) {
      Client client = marked[--markedCount];
      libc.close(client.fd());
      free[freeCount++] = client;
    }
    while (rejectedCount > 0) {
      libc.close(rejected[--rejectedCount]);
    }
  }

  /**
   * Ends a connection: the peer reads what it was sent, and then end of file. Closed with unread
   * input, it would read ECONNRESET instead.
   */
  void shutdown(Client client) {
    libc.shutdown(client.fd(), Sockets.SHUT_RDWR);
    while (libc.read(client.fd(), unread, UNREAD_SIZE) > 0) {
      continue;
    }
  }
}
