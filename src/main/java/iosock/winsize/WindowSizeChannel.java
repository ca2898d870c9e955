package iosock.winsize;

import iosock.flow.PipeReader;
import iosock.flow.SocketWriter;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Message;
import iosock.posix.NativeBuffer;
import iosock.posix.PeerName;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;
import iosock.posix.WindowSize;
import iosock.socket.DescriptorPassing;

/**
 * The server's side for one client: receives the sizes of its terminal. As a {@link SocketWriter}
 * it sends the client the socket for sizes, beside the first output.
 */
final class WindowSizeChannel implements SocketWriter {

  private static final int NONE = -1;
  private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

  private final Libc libc;
  private final WindowSize size = new WindowSize();
  private final WindowSize received = new WindowSize();
  private final Message message = new Message();
  private final NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
  private final Watch local = new Watch(NONE);
  private final FirstOutput firstOutput = new FirstOutput();

  /** The client's connection; stays open. */
  private int client = NONE;

  /** The end that is still to be sent to the client. */
  private int remote = NONE;

  private boolean known;
  private boolean done = true;
  private long lastUse;

  WindowSizeChannel(Libc libc) {
    this.libc = libc;
  }

  /**
   * @param connection the client's; stays the caller's to close
   * @param name of the client's socket, with its size
   */
  void begin(int connection, PeerName name) {
    client = connection;
    known = WindowSizeAddress.parse(name, size);
    int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    if (libc.socketpair(Sockets.AF_UNIX, type, ends) < 0) {
      // Without descriptors to spare, later changes of the size are not known.
      return;
    }
    local.fd(ends.getInt(0));
    DescriptorPassing.refuse(libc, local.fd());
    remote = ends.getInt(Integer.BYTES);
    done = false;
  }

  int client() {
    return client;
  }

  /** Whether the client has sent a size. */
  boolean isKnown() {
    return known;
  }

  /** The size that the client has sent last; only if it {@link #isKnown}. */
  WindowSize size() {
    return size;
  }

  /**
   * The client has attached, typed, or sent a size.
   *
   * @param moment later than that of any use before
   */
  void used(long moment) {
    lastUse = moment;
  }

  long lastUse() {
    return lastUse;
  }

  @Override
  public long write(int socket, PipeReader from, long max) {
    return remote == NONE ? from.drain(socket, max) : from.copy(firstOutput, max);
  }

  @Override
  public long write(int socket, NativeBuffer bytes, int offset, int length) {
    return remote == NONE
        ? libc.send(socket, bytes, offset, length, FLAGS)
        : firstOutput.write(bytes, offset, length);
  }

  /** What is not sent stays pending in the reader. */
  private final class FirstOutput implements PipeReader.Writer {

    @Override
    public long write(NativeBuffer buffer, int offset, int length) {
      long sent = libc.sendmsg(client, message.sending(buffer, offset, length, remote), FLAGS);
      if (Errno.isTemporary(sent)) {
        return sent;
      }
      if (sent < 0) {
        // ETOOMANYREFS, or a policy against passing descriptors: the bytes matter more.
        sent = libc.send(client, buffer, offset, length, FLAGS);
      }
      libc.close(remote);
      remote = NONE;
      return sent;
    }
  }

  void arm(PollSet poll) {
    if (local.fd() != NONE) {
      poll.watch(local, PollSet.POLLIN);
    }
  }

  /**
   * After a poll: takes one message, so that a client with many holds nothing else up.
   *
   * @return whether a size has come
   */
  boolean receive() {
    if (done || local.revents() == 0) {
      return false;
    }
    int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_TRUNC;
    long length = libc.recv(local.fd(), received.memory(), WindowSize.SIZEOF, flags);
    if (length == WindowSize.SIZEOF && received.isReasonable()) {
      known = true;
      size.set(received.rows(), received.columns());
      return true;
    }
    // At end of file the client has closed its end.
    done = length <= 0 && !Errno.isTemporary(length);
    return false;
  }

  /** No size of this client counts any more. */
  void ignore() {
    known = false;
    done = true;
  }

  /** After a turn: closes the pair if the client has closed its end. */
  void closeIfDone() {
    if (done) {
      close();
    }
  }

  /** The client is gone. */
  void end() {
    client = NONE;
    known = false;
    close();
  }

  private void close() {
    done = true;
    if (local.fd() != NONE) {
      libc.close(local.fd());
      local.fd(NONE);
    }
    if (remote != NONE) {
      libc.close(remote);
      remote = NONE;
    }
  }
}
