package iosock.relay;

import iosock.flow.History;
import iosock.flow.Overflow;
import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Replay;
import iosock.flow.Shortage;
import iosock.flow.Sink;
import iosock.flow.SocketReader;
import iosock.flow.SocketWriter;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;

/**
 * One connection: a client, or the server that iosock has connected to. The objects are used again
 * for later connections.
 */
final class Client implements Sink {

  private static final int NO_SOCKET = -1;
  private static final long NEVER = Long.MAX_VALUE;
  private static final int GONE = PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL;

  private final Libc libc;
  private final Watch watch = new Watch(NO_SOCKET);

  /** How bytes go in and out of a socket, unless there is something to go beside them. */
  private final Plain plain;

  private final Replay replay;
  private final PipeReader.Writer replayWriter = new ReplayWriter();
  private SocketReader reader;
  private SocketWriter writer;
  private boolean inputOpen;

  /** When the peer shut down sending, as a count of such events; NEVER while it has not. */
  private long sendingEnded;

  private boolean outputOpen;
  private boolean isNew;
  private boolean replaced;
  private boolean isNewlyReplaced;
  private boolean discarding;
  private int errno;
  private boolean isServer;
  private int pausedIn;
  private boolean paused;

  /** How many bytes it has taken. */
  private long taken;

  /** The same when {@link #stalledSince} was asked last. */
  private long takenBefore;

  private long stalledSince;

  /** What the peer had not read then: {@link Libc#siocoutq}. */
  private int unread;

  Client(Libc libc, History history) {
    this.libc = libc;
    plain = new Plain(libc);
    replay = new Replay(history);
  }

  /**
   * @param fd non-blocking; {@link Clients} closes it
   */
  void connected(int fd) {
    watch.fd(fd);
    replay.reset();
    reader = plain;
    writer = plain;
    inputOpen = true;
    sendingEnded = NEVER;
    outputOpen = true;
    isNew = true;
    replaced = false;
    isNewlyReplaced = false;
    discarding = false;
    errno = 0;
    pausedIn = 0;
    paused = false;
    stalledSince = NEVER;
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

  /** Whether it gets output only from now on. */
  boolean isNew() {
    return isNew;
  }

  /** Whether it has been connected since this was asked last. */
  boolean takeNew() {
    boolean was = isNew;
    isNew = false;
    return was;
  }

  /** Another client replaces this one, which gets what is in its pipes and nothing more. */
  void replace() {
    replaced = true;
    isNewlyReplaced = true;
    replay.waitNoMore();
  }

  /** Whether it has been replaced since this was asked last. */
  boolean takeNewlyReplaced() {
    boolean was = isNewlyReplaced;
    isNewlyReplaced = false;
    return was;
  }

  boolean isReplaced() {
    return replaced;
  }

  /** The peer is to get earlier output first. */
  void beginReplay(Overflow overflow) {
    replay.begin(overflow);
  }

  boolean isReplayPending() {
    return replay.isPending();
  }

  /**
   * Sends what the socket takes of earlier output.
   *
   * @return whether it has taken anything
   */
  boolean sendReplay(Shortage shortage) {
    long before = taken;
    long sent = 1;
    paused = shortage.isCurrent(pausedIn);
    while (sent > 0 && replay.isPending() && outputOpen && !paused) {
      // More than once, since it may be in two pieces.
      sent = moved(replay.write(replayWriter));
      if (Errno.isShortage(sent)) {
        pausedIn = shortage.note();
        paused = true;
      }
    }
    if (replay.isOverwritten()) {
      fallBehind();
    }
    return taken > before;
  }

  /**
   * Asks for the end of the connection, and for space if there is something to send that is in no
   * pipe: earlier output, or the notice that ends the connection.
   */
  void armHangup(PollSet poll) {
    int events = isServer ? PollSet.POLLPRI : 0;
    boolean isSending = replay.isPending() && !paused || replaced;
    poll.watch(watch, isSending ? events | PollSet.POLLOUT : events);
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

  /**
   * The peer sends nothing more.
   *
   * @param moment later than that of any peer that has shut down sending before
   */
  void inputEnded(long moment) {
    peerHalfClosed(moment);
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
    replay.cancel();
  }

  @Override
  public void fallBehind() {
    endOutput();
  }

  /** From now on what the peer would receive is dropped. */
  void discardOutput() {
    discarding = true;
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
    return discarding || (watch.revents() & ~PollSet.POLLIN) != 0;
  }

  @Override
  public boolean isOpen() {
    return outputOpen;
  }

  @Override
  public long take(PipeReader from, long max) {
    if (replay.isPending() || replay.isOverwritten()) {
      return -Errno.EAGAIN;
    }
    return moved(discarding ? from.discard(max) : writer.write(watch.fd(), from, max));
  }

  /**
   * @param result how many bytes were sent, or a negative errno
   */
  private long moved(long result) {
    if (result > 0) {
      taken += result;
    } else if (result < 0 && !Errno.isTemporary(result)) {
      // EPIPE or ECONNRESET: it receives nothing more. Whether it is gone too, poll(2) will say; of
      // a client that is full when it shuts down receiving, poll(2) says nothing before it leaves.
      endOutput();
      noteError(result);
    }
    return result;
  }

  private final class ReplayWriter implements PipeReader.Writer {

    @Override
    public long write(NativeBuffer bytes, int offset, int length) {
      return writer.write(watch.fd(), bytes, offset, length);
    }
  }

  /**
   * Since when it has taken nothing while output waited for it.
   *
   * @param isWaiting whether output waits for it now
   * @param now as {@link System#nanoTime}
   * @return the moment; {@code now} if it takes what there is
   */
  long stalledSince(boolean isWaiting, long now) {
    if (!isWaiting) {
      stalledSince = NEVER;
      return now;
    }
    if (stalledSince == NEVER || taken != takenBefore) {
      stalledSince = now;
      takenBefore = taken;
      unread = libc.siocoutq(watch.fd());
    }
    return stalledSince;
  }

  /**
   * Whether the peer has read something since {@link #stalledSince}: its socket takes more only
   * once three quarters of its buffer are free (unix_writable), which a slow reader reaches late.
   * Then it counts as stalled from now on.
   */
  boolean hasReadMeanwhile(long now) {
    int left = libc.siocoutq(watch.fd());
    boolean hasRead = left < unread;
    if (hasRead) {
      unread = left;
      stalledSince = now;
    }
    return hasRead;
  }

  /** It counts as stalled from now on only. */
  void forgetStall() {
    stalledSince = NEVER;
  }

  /** EPIPE and ECONNRESET are how connections end; EPIPE may be the pipe's to read into, too. */
  private void noteError(long result) {
    if (result != -Errno.EPIPE && result != -Errno.ECONNRESET) {
      errno = (int) -result;
    }
  }

  /** The connection cannot be served. */
  void fail(int reason) {
    endOutput();
    errno = reason;
  }

  /** The error that makes the connection useless; 0 if there was none. */
  int errno() {
    return errno;
  }

  private record Plain(Libc libc) implements SocketReader, SocketWriter {

    @Override
    public long read(int socket, PipeWriter to, long max) {
      return to.fill(socket, max);
    }

    @Override
    public long write(int socket, PipeReader from, long max) {
      return from.drain(socket, max);
    }

    @Override
    public long write(int socket, NativeBuffer bytes, int offset, int length) {
      int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;
      return libc.send(socket, bytes, offset, length, flags);
    }
  }
}
