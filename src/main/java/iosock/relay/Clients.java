package iosock.relay;

import iosock.posix.Failure;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.socket.Listener;
import iosock.socket.Rejection;

/**
 * The connections: the clients that are attached, and those that are gone but whose input the
 * command has not read yet, which are drained first.
 *
 * <p>A client that has shut down sending stays attached and receives, but does not count towards
 * the limit: a forwarded socket of ssh is never closed before it is sent something.
 *
 * <p>A socket that is done with is only marked, and closed after the turn: so its number is not
 * used again while something of that turn still has it.
 */
final class Clients {

  /**
   * How many may be drained at once. With more than that no client is accepted, which holds clients
   * back as a full pipe does.
   */
  static final int MAX_DRAINING = 64;

  /** With more than that, the half-closed client that was attached first is detached. */
  static final int MAX_HALF_CLOSED = 64;

  private static final int UNREAD_SIZE = 1 << 16;

  private final Libc libc;
  private final int limit;

  /** In the order in which they were attached. */
  private final Client[] attached;

  private final Client[] draining;
  private final Client[] free;
  private final Client[] marked;

  /** Connections that never were clients. */
  private final int[] rejected;

  private final NativeBuffer urgent = new NativeBuffer(1);
  private final InstantPoll now = new InstantPoll();

  /** How many times a client was found to have shut down sending. */
  private long halfCloses;

  private int attachedCount;
  private int drainingCount;
  private int freeCount;
  private int markedCount;
  private int rejectedCount;
  private boolean reset;
  private boolean failed;
  private Rejection rejection = Rejection.NONE;

  /**
   * @param limit how many clients may be attached at once, those not counted that are half-closed
   */
  Clients(Libc libc, int limit) {
    this.libc = libc;
    this.limit = limit;
    attached = new Client[limit + MAX_HALF_CLOSED];
    // Those attached when there was space last may all leave with input.
    draining = new Client[MAX_DRAINING + attached.length + Listener.BACKLOG + 1];
    free = new Client[attached.length + draining.length];
    marked = new Client[free.length];
    rejected = new int[Listener.BACKLOG + 1];
  }

  /** Whether another client may be accepted. */
  boolean mayAccept() {
    return drainingCount < MAX_DRAINING;
  }

  boolean isFull() {
    return attachedCount - halfClosedCount() >= limit;
  }

  private int halfClosedCount() {
    int count = 0;
    for (int i = 0; i < attachedCount; i++) {
      count += attached[i].isHalfClosed() ? 1 : 0;
    }
    return count;
  }

  /**
   * Only while there is space.
   *
   * @param fd non-blocking; this closes it
   */
  Client attach(int fd) {
    if (attachedCount == attached.length) {
      detachFirstHalfClosed();
    }
    Client client = freeCount > 0 ? free[--freeCount] : new Client();
    client.connected(fd);
    attached[attachedCount++] = client;
    return client;
  }

  private void detachFirstHalfClosed() {
    int first = 0;
    while (!attached[first].isHalfClosed()) {
      first++;
    }
    detach(first);
  }

  /** A connection that is closed after the turn, without having been a client. */
  void reject(int fd, Rejection reason) {
    reason.send(libc, fd, urgent);
    rejected[rejectedCount++] = fd;
  }

  /** How many clients may be attached at once, half-closed or not. */
  int capacity() {
    return attached.length;
  }

  int count() {
    return attachedCount;
  }

  Client get(int index) {
    return attached[index];
  }

  boolean isAttached(int fd) {
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].fd() == fd) {
        return true;
      }
    }
    return false;
  }

  boolean isEmpty() {
    return attachedCount == 0;
  }

  /** Whether a client is attached that output can go to. */
  boolean hasReceiver() {
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].isOpen()) {
        return true;
      }
    }
    return false;
  }

  /** Whether something may still come from a client. */
  boolean hasSender() {
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].isInputOpen()) {
        return true;
      }
    }
    return drainingCount > 0;
  }

  boolean isDraining() {
    return drainingCount > 0;
  }

  /** Which attached client has shut down sending, with input that has not been read; -1 if none. */
  int firstHalfClosedWithInput() {
    int first = -1;
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].isDraining() && (first < 0 || attached[i].hasEndedBefore(attached[first]))) {
        first = i;
      }
    }
    return first;
  }

  /** The client that left first of those that are drained; only while {@link #isDraining}. */
  Client draining() {
    return draining[0];
  }

  /** All that the client which is drained first had sent has been read. */
  void drained() {
    markClosed(draining[0]);
    drainingCount--;
    System.arraycopy(draining, 1, draining, 0, drainingCount);
  }

  /** Asks for the end of each connection. */
  void arm(PollSet poll) {
    for (int i = 0; i < attachedCount; i++) {
      attached[i].armHangup(poll);
    }
  }

  /** After a poll, before what was sent is taken: whether a server has said why it closes. */
  void receiveRejection() {
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].isUrgent()) {
        rejection = Rejection.receive(libc, attached[i].fd(), urgent);
      }
    }
  }

  /** Why the server has closed the connection, as far as it has said so. */
  Rejection rejection() {
    return rejection;
  }

  /** After a poll, once what was sent has been taken: detaches the clients that are gone. */
  void detachGone() {
    for (int i = 0; i < attachedCount; ) {
      if (attached[i].isGone()) {
        reset |= attached[i].isReset();
        detach(i);
      } else {
        i++;
      }
    }
  }

  /**
   * Looks again: between the poll and the arrival of the next client, one may have gone or shut
   * down sending.
   */
  void detachGoneSincePoll() {
    for (int i = 0; i < attachedCount; ) {
      int events = now.events(libc, attached[i].fd(), PollSet.POLLRDHUP);
      if ((events & ~PollSet.POLLRDHUP) != 0) {
        detach(i);
        continue;
      }
      if (events != 0) {
        attached[i].peerHalfClosed(halfCloses++);
      }
      i++;
    }
  }

  private void detach(int index) {
    Client client = attached[index];
    attachedCount--;
    System.arraycopy(attached, index + 1, attached, index, attachedCount - index);
    client.endOutput();
    if (libc.fionread(client.fd()) > 0) {
      drain(client);
    } else {
      markClosed(client);
    }
  }

  /** In the order in which they have shut down sending or left. */
  private void drain(Client client) {
    client.peerHalfClosed(halfCloses++);
    int at = drainingCount++;
    while (at > 0 && client.hasEndedBefore(draining[at - 1])) {
      draining[at] = draining[at - 1];
      at--;
    }
    draining[at] = client;
  }

  /** Detaches the clients that take nothing, and leaves what they sent unread. */
  void dropReceivers() {
    while (attachedCount > 0) {
      Client client = attached[--attachedCount];
      client.endOutput();
      markClosed(client);
    }
  }

  /** Detaches the clients whose connections have failed. */
  void dropFailed(ErrorLog log) {
    for (int i = attachedCount - 1; i >= 0; i--) {
      Client client = attached[i];
      if (client.errno() != 0) {
        log.log(new Failure("go on with", "a connection", client.errno()));
        failed = true;
        attachedCount--;
        System.arraycopy(attached, i + 1, attached, i, attachedCount - i);
        client.endOutput();
        markClosed(client);
      }
    }
  }

  /** Whether a connection has failed. */
  boolean hasFailed() {
    return failed;
  }

  private void markClosed(Client client) {
    marked[markedCount++] = client;
  }

  /** A client had left without reading all that was sent to it. */
  void noteReset() {
    reset = true;
  }

  /** Whether a client has left without reading all that was sent to it. */
  boolean wasReset() {
    return reset;
  }

  /** After a turn, when nothing has these clients any more. */
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

  /** Has the peers send no more, and read end of file after what they were sent. */
  void shutdownSending() {
    for (int i = 0; i < attachedCount; i++) {
      libc.shutdown(attached[i].fd(), Sockets.SHUT_WR);
    }
  }

  /** Ends each connection: the peer reads what it was sent, and then end of file. */
  void closeGracefully() {
    for (int i = 0; i < attachedCount; i++) {
      int fd = attached[i].fd();
      // Closed with unread input, the peer would read ECONNRESET instead of end of file.
      libc.shutdown(fd, Sockets.SHUT_RDWR);
      NativeBuffer unread = new NativeBuffer(UNREAD_SIZE);
      while (libc.read(fd, unread, UNREAD_SIZE) > 0) {
        continue;
      }
      libc.close(fd);
    }
  }
}
