package iosock.relay;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PeerName;
import iosock.posix.PollSet;
import iosock.socket.ClientName;
import iosock.socket.Notice;

/**
 * Connections that get the output, and from which nothing is read. One that falls behind is closed,
 * so none of them holds anything back.
 */
final class Observers {

  /** How many there may be at once. */
  static final int LIMIT = 64;

  private final Libc libc;
  private final Connections connections;
  private final Client[] attached = new Client[LIMIT];
  private final PeerName name = new PeerName();
  private final NativeBuffer notice = new NativeBuffer(1);
  private int count;

  Observers(Libc libc, Connections connections) {
    this.libc = libc;
    this.connections = connections;
  }

  boolean isFull() {
    return count == LIMIT;
  }

  /**
   * Only while there is space.
   *
   * @param fd non-blocking; this closes it
   */
  void attach(int fd) {
    if (libc.getpeername(fd, name.clear()) == 0 && ClientName.isOurs(name)) {
      Notice.OBSERVING.send(libc, fd, notice);
    }
    attached[count++] = connections.open(fd);
  }

  int count() {
    return count;
  }

  Client get(int index) {
    return attached[index];
  }

  /** Asks for the end of each connection. */
  void arm(PollSet poll) {
    for (int i = 0; i < count; i++) {
      attached[i].armHangup(poll);
    }
  }

  /** After a poll: closes the connections that have ended. */
  void closeGone() {
    for (int i = count - 1; i >= 0; i--) {
      if (attached[i].isGone()) {
        close(i);
      }
    }
  }

  /**
   * Closes the connections that have fallen behind, or that have failed.
   *
   * @return whether there were any
   */
  boolean closeUseless() {
    int before = count;
    for (int i = count - 1; i >= 0; i--) {
      if (!attached[i].isOpen()) {
        connections.shutdown(attached[i]);
        close(i);
      }
    }
    return count < before;
  }

  private void close(int index) {
    connections.close(attached[index]);
    count--;
    System.arraycopy(attached, index + 1, attached, index, count - index);
  }

  /** Ends each connection: the peer reads what it was sent, and then end of file. */
  void closeAll() {
    for (int i = count - 1; i >= 0; i--) {
      connections.shutdown(attached[i]);
      close(i);
    }
  }
}
