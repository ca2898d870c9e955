package iosock.relay;

import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Sink;
import iosock.flow.SocketReader;
import iosock.flow.SocketWriter;
import iosock.posix.Errno;
import iosock.posix.PollSet;
import iosock.posix.Watch;

/**
 * One connection: a client, or the server that iosock has connected to. The objects are used again
 * for later connections.
 */
final class Client implements Sink {

  private static final int NO_SOCKET = -1;
  private static final long NEVER = Long.MAX_VALUE;
  private static final int GONE = PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL;

  /** How bytes go in and out of a socket, unless there is something to go beside them. */
  private static final Plain PLAIN = new Plain();

  private final Watch watch = new Watch(NO_SOCKET);
  private SocketReader reader = PLAIN;
  private SocketWriter writer = PLAIN;
  private boolean inputOpen;

  /** When the peer shut down sending, as a count of such events; NEVER while it has not. */
  private long sendingEnded;

  private boolean outputOpen;
  private boolean isNew;
  private int errno;
  private boolean isServer;

  /**
   * @param fd non-blocking; {@link Clients} closes it
   */
  void connected(int fd) {
    watch.fd(fd);
    reader = PLAIN;
    writer = PLAIN;
    inputOpen = true;
    sendingEnded = NEVER;
    outputOpen = true;
    isNew = true;
    errno = 0;
  }

  /** This is the server that iosock has connected to, which may send a {@code Rejection}. */
  Client asServer() {
    isServer = true;
    return this;
  }

  int fd() {
    return watch.fd();
  }

  /** Has something else move what the peer sends. */
  void reader(SocketReader other) {
    reader = other;
  }

  /** Has something else move what the peer receives. */
  void writer(SocketWriter other) {
    writer = other;
  }

  /** Whether it has been connected since this was asked last. */
  boolean takeNew() {
    boolean was = isNew;
    isNew = false;
    return was;
  }

  /** Asks for the end of the connection alone. */
  void armHangup(PollSet poll) {
    poll.watch(watch, isServer ? PollSet.POLLPRI : 0);
  }

  /** Whether an out-of-band byte has come. */
  boolean isUrgent() {
    return (watch.revents() & PollSet.POLLPRI) != 0;
  }

  void armInput(PollSet poll) {
    poll.watch(watch, PollSet.POLLIN);
  }

  boolean isReadable() {
    return (watch.revents() & PollSet.POLLIN) != 0;
  }

  boolean isGone() {
    return (watch.revents() & GONE) != 0;
  }

  /** Whether the peer is gone and had not read all that was sent to it. */
  boolean isReset() {
    return (watch.revents() & PollSet.POLLERR) != 0;
  }

  /** Whether the peer may still send something. */
  boolean isInputOpen() {
    return inputOpen;
  }

  /** The peer sends nothing more. */
  void inputEnded() {
    inputOpen = false;
  }

  /**
   * The peer sends nothing more, but what it has sent may still be there to read.
   *
   * @param moment later than that of any peer that has shut down sending before
   */
  void peerHalfClosed(long moment) {
    sendingEnded = Math.min(sendingEnded, moment);
  }

  /** Whether the peer has shut down sending. */
  boolean isHalfClosed() {
    return !inputOpen || sendingEnded != NEVER;
  }

  /** Whether it shut down sending before another one. */
  boolean hasEndedBefore(Client other) {
    return sendingEnded < other.sendingEnded;
  }

  /** Whether the peer has shut down sending, and what it had sent may still be there to read. */
  boolean isDraining() {
    return inputOpen && sendingEnded != NEVER;
  }

  /** The peer receives nothing more. */
  void endOutput() {
    outputOpen = false;
  }

  /**
   * Moves at most {@code max} bytes that the peer has sent.
   *
   * @return as {@link SocketReader#read}
   */
  long read(PipeWriter to, long max) {
    long read = reader.read(watch.fd(), to, max);
    if (read < 0 && !Errno.isTemporary(read)) {
      noteError(read);
    }
    return read;
  }

  @Override
  public void arm(PollSet poll) {
    poll.watch(watch, PollSet.POLLOUT);
  }

  @Override
  public boolean isReady() {
    return (watch.revents() & ~PollSet.POLLIN) != 0;
  }

  @Override
  public boolean isOpen() {
    return outputOpen;
  }

  @Override
  public long take(PipeReader from, long max) {
    long taken = writer.write(watch.fd(), from, max);
    if (taken < 0 && !Errno.isTemporary(taken)) {
      // EPIPE or ECONNRESET: it receives nothing more. Whether it is gone too, poll(2) will say; of
      // a client that is full when it shuts down receiving, poll(2) says nothing before it leaves.
      outputOpen = false;
      noteError(taken);
    }
    return taken;
  }

  /** EPIPE and ECONNRESET are how connections end; EPIPE may be the pipe's to read into, too. */
  private void noteError(long result) {
    if (result != -Errno.EPIPE && result != -Errno.ECONNRESET) {
      errno = (int) -result;
    }
  }

  /** The connection cannot be served. */
  void fail(int reason) {
    outputOpen = false;
    errno = reason;
  }

  /** The error that makes the connection useless; 0 if there was none. */
  int errno() {
    return errno;
  }

  private static final class Plain implements SocketReader, SocketWriter {

    @Override
    public long read(int socket, PipeWriter to, long max) {
      return to.fill(socket, max);
    }

    @Override
    public long write(int socket, PipeReader from, long max) {
      return from.drain(socket, max);
    }
  }
}
