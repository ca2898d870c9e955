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
import iosock.tty.PseudoTerminal;

/**
 * The server's side: gives the command's terminal the size that the client attached last has sent.
 * As a {@link SocketWriter} it sends that client the socket for sizes, beside the first output.
 */
public final class WindowSizeServer implements SocketWriter {

  private static final int NONE = -1;

  private final Libc libc;
  private final PseudoTerminal pty;
  private final WindowSize size = new WindowSize();
  private final PeerName name = new PeerName();
  private final Message message = new Message();
  private final NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
  private final Watch local = new Watch(NONE);
  private final FirstOutput firstOutput = new FirstOutput();

  /** The client's connection; stays open. */
  private int socket = NONE;

  /** The end that is still to be sent to the client. */
  private int remote = NONE;

  private boolean known;
  private boolean done;

  public WindowSizeServer(Libc libc, PseudoTerminal pty) {
    this.libc = libc;
    this.pty = pty;
  }

  /**
   * A client has attached.
   *
   * @param client its connection; stays the caller's to close
   * @return whether this is to write the client's output, as there is a descriptor to send with it
   */
  public boolean attached(int client) {
    detached();
    closeMarked();
    socket = client;
    if (libc.getpeername(client, name.clear()) != 0 || !WindowSizeAddress.isOurs(name)) {
      return false;
    }
    known = WindowSizeAddress.parse(name, size);
    if (known) {
      pty.resizeAndRedraw(size);
    }
    return openPair();
  }

  private boolean openPair() {
    int type = Sockets.SOCK_SEQPACKET | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
    if (libc.socketpair(Sockets.AF_UNIX, type, ends) < 0) {
      // Without descriptors to spare, later changes of the size are not known.
      return false;
    }
    local.fd(ends.getInt(0));
    DescriptorPassing.refuse(libc, local.fd());
    remote = ends.getInt(Integer.BYTES);
    done = false;
    return true;
  }

  /** That client is gone: the size is no longer the client's. */
  public void detached() {
    socket = NONE;
    known = false;
    done = true;
  }

  /** The connection of the client whose size counts; -1 if there is none. */
  public int socket() {
    return socket;
  }

  /** Whether that client has sent a size. */
  public boolean isKnown() {
    return known;
  }

  @Override
  public long write(int client, PipeReader from, long max) {
    if (client != socket || remote == NONE) {
      return from.drain(client, max);
    }
    return from.copy(firstOutput, max);
  }

  /** What is not sent stays pending in the reader. */
  private final class FirstOutput implements PipeReader.Writer {

    private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

    @Override
    public long write(NativeBuffer buffer, int offset, int length) {
      long sent = libc.sendmsg(socket, message.sending(buffer, offset, length, remote), FLAGS);
      if (Errno.isTemporary(sent)) {
        return sent;
      }
      if (sent < 0) {
        // ETOOMANYREFS, or a policy against passing descriptors: the bytes matter more.
        sent = libc.send(socket, buffer, offset, length, FLAGS);
      }
      libc.close(remote);
      remote = NONE;
      return sent;
    }
  }

  public void arm(PollSet poll) {
    if (local.fd() != NONE) {
      poll.watch(local, PollSet.POLLIN);
    }
  }

  /** After a poll: takes one message, so that a client with many holds nothing else up. */
  public void turn() {
    if (done || local.revents() == 0) {
      return;
    }
    int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_TRUNC;
    long received = libc.recv(local.fd(), size.memory(), WindowSize.SIZEOF, flags);
    if (received == WindowSize.SIZEOF && size.isReasonable()) {
      known = true;
      pty.resize(size);
    } else if (received <= 0 && !Errno.isTemporary(received)) {
      // The client has closed its end.
      done = true;
    }
  }

  /** After a turn: closes the pair if it is done with. */
  public void closeMarked() {
    if (done && local.fd() != NONE) {
      libc.close(local.fd());
      local.fd(NONE);
      if (remote != NONE) {
        libc.close(remote);
        remote = NONE;
      }
    }
  }
}
