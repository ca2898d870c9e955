package iosock.relay;

import iosock.posix.Failure;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.socket.Listener;
import iosock.socket.Notice;

/**
 * The clients that are attached, and those that are gone but whose input the command has not read
 * yet, which are drained first.
 *
 * <p>A client that has shut down sending stays attached and receives, but does not count towards
 * the limit: a forwarded socket of ssh is never closed before it is sent something. Nor does a
 * client that another one has replaced: it receives what is in its pipes, and is closed then.
 */
final class Clients {

  /**
   * How many may be drained at once. With more than that no client is accepted, which holds clients
   * back as a full pipe does.
   */
  static final int MAX_DRAINING = 64;

  /** With more than that, the client that has been half-closed for longest is detached. */
  static final int MAX_HALF_CLOSED = 64;

  private final Libc libc;
  private final Connections connections;
  private final int limit;

  /** In the order in which they were attached. */
  private final Client[] attached;

  private final Client[] draining;
  private final NativeBuffer urgent = new NativeBuffer(1);
  private final InstantPoll now = new InstantPoll();

  /** How many times a client was found to have shut down sending. */
  private long halfCloses;

  private int attachedCount;
  private int drainingCount;
  private boolean reset;
  private boolean failed;
  private Notice notice = Notice.NONE;

  /**
   * @param limit how many clients may be attached at once, those not counted that are half-closed
   */
  Clients(Libc libc, Connections connections, int limit) {
    this.libc = libc;
    this.connections = connections;
    this.limit = limit;
    attached = new Client[capacity(limit)];
    draining = new Client[maxDraining(limit)];
  }

  /** How many clients may be attached at once, counted or not. */
  static int capacity(int limit) {
    return limit + MAX_HALF_CLOSED;
  }

  /** Those attached when there was space last may all leave with input. */
  private static int maxDraining(int limit) {
    return MAX_DRAINING + capacity(limit) + Listener.BACKLOG + 1;
  }

  /** How many connections there may be at once, attached or drained. */
  static int maxConnections(int limit) {
    return capacity(limit) + maxDraining(limit);
  }

  /** Whether another client may be accepted. */
  boolean mayAccept() {
    return drainingCount < MAX_DRAINING;
  }

  /** How many clients may be attached at once, those not counted that are half-closed. */
  int limit() {
    return limit;
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
      detachOldestHalfClosed();
    }
    Client client = connections.open(fd);
    attached[attachedCount++] = client;
    return client;
  }

  private void detachOldestHalfClosed() {
    int oldest = -1;
    for (int i = 0; i < attachedCount; i++) {
      boolean isOlder = oldest < 0 || attached[i].hasEndedBefore(attached[oldest]);
      if (attached[i].isHalfClosed() && isOlder) {
        oldest = i;
      }
    }
    detach(oldest);
  }

  /** A client sends nothing more, and all that it had sent has been read. */
  void inputEnded(Client client) {
    client.inputEnded(halfCloses++);
  }

  /**
   * Makes room for another client in place of the one that has been connected for longest; only if
   * there is one that counts.
   */
  void replaceLongest() {
    int longest = 0;
    while (attached[longest].isHalfClosed()) {
      longest++;
    }
    Client client = attached[longest];
    // What it has sent is still read, and it can send nothing more.
    libc.shutdown(client.fd(), Sockets.SHUT_RD);
    client.peerHalfClosed(halfCloses++);
    client.replace();
    if (client.isNew()) {
      // It has got no output yet.
      endReplaced(longest);
    }
  }

  /** A client that was replaced has got all its output: detaches it, unless its socket is full. */
  void endReplaced(int index) {
    Client client = attached[index];
    if (!client.isOpen() || Notice.TAKEN_OVER.send(libc, client.fd(), urgent)) {
      libc.shutdown(client.fd(), Sockets.SHUT_WR);
      detach(index);
    }
  }

  /** Closes a client that takes nothing. What it has sent is still read. */
  void drop(int index) {
    libc.shutdown(attached[index].fd(), Sockets.SHUT_RDWR);
    detach(index);
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

  /** Whether the client with this socket was replaced by another one. */
  boolean isReplaced(int fd) {
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].fd() == fd) {
        return attached[i].isReplaced();
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
      if (attached[i].isOpen() && !attached[i].isReplaced()) {
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
    connections.close(draining[0]);
    drainingCount--;
    System.arraycopy(draining, 1, draining, 0, drainingCount);
  }

  /** Asks for the end of each connection. */
  void arm(PollSet poll) {
    for (int i = 0; i < attachedCount; i++) {
      attached[i].armHangup(poll);
    }
  }

  /**
   * After a poll, before what was sent is taken.
   *
   * @return whether a server has said something
   */
  boolean receiveNotice() {
    boolean isReceived = false;
    for (int i = 0; i < attachedCount; i++) {
      if (attached[i].isUrgent()) {
        notice = Notice.receive(libc, attached[i].fd(), urgent);
        isReceived = true;
      }
    }
    return isReceived;
  }

  /** What the server has said last. */
  Notice notice() {
    return notice;
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
      connections.close(client);
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

  /** Detaches the clients whose connections have failed. */
  void dropFailed(Log log) {
    for (int i = attachedCount - 1; i >= 0; i--) {
      Client client = attached[i];
      if (client.errno() != 0) {
        log.log(new Failure("go on with", "a connection", client.errno()));
        failed = true;
        attachedCount--;
        System.arraycopy(attached, i + 1, attached, i, attachedCount - i);
        connections.close(client);
      }
    }
  }

  /** Whether a connection has failed. */
  boolean hasFailed() {
    return failed;
  }

  /** A client had left without reading all that was sent to it. */
  void noteReset() {
    reset = true;
  }

  /** Whether a client has left without reading all that was sent to it. */
  boolean wasReset() {
    return reset;
  }

  /** Has the peers send no more, and read end of file after what they were sent. */
  void shutdownSending() {
    for (int i = 0; i < attachedCount; i++) {
      libc.shutdown(attached[i].fd(), Sockets.SHUT_WR);
    }
  }

  /** Ends each connection: the peer reads what it was sent, and then end of file. */
  void closeAll() {
    while (attachedCount > 0) {
      Client client = attached[--attachedCount];
      connections.shutdown(client);
      connections.close(client);
    }
  }
}
