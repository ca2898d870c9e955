package iosock.winsize;

import iosock.flow.PipeWriter;
import iosock.flow.Shortage;
import iosock.flow.SocketReader;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Message;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;
import iosock.posix.WindowSize;
import iosock.socket.DescriptorPassing;
import iosock.tty.OwnTerminal;

/**
 * The client's side: sends the size of this terminal to a server that asks for it. As a {@link
 * SocketReader} it takes the socket for sizes, which comes beside the first output.
 */
public final class WindowSizeClient implements SocketReader {

  private static final int NONE = -1;
  private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

  private final Libc libc;
  private final OwnTerminal terminal;
  private final Shortage shortage;
  private final WindowSize size = new WindowSize();
  private final Message message = new Message();
  private final Watch channel = new Watch(NONE);
  private final FirstBytes firstBytes = new FirstBytes();
  private int server = NONE;

  /** Whether the first bytes are still to come. */
  private boolean expecting = true;

  /** How many bytes are to come beside which there may be descriptors. */
  private long unchecked = Long.MAX_VALUE;

  /** Whether there is a size that has not been sent. */
  private boolean sizePending;

  private boolean done;
  private int pausedIn;

  public WindowSizeClient(Libc libc, OwnTerminal terminal, Shortage shortage) {
    this.libc = libc;
    this.terminal = terminal;
    this.shortage = shortage;
  }

  @Override
  public long read(int socket, PipeWriter to, long max) {
    if (unchecked == 0) {
      return to.fill(socket, max);
    }
    server = socket;
    return to.copy(firstBytes, Math.min(max, unchecked));
  }

  private final class FirstBytes implements PipeWriter.Reader {

    @Override
    public long read(NativeBuffer buffer, int max) {
      long received =
          libc.recvmsg(
              server,
              message.receiving(buffer, max),
              Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC);
      if (received > 0) {
        unchecked -= received;
        takeDescriptors();
      }
      return received;
    }
  }

  /**
   * Keeps only what a server of ours sends beside the first bytes. After them no more descriptors
   * are taken; those that have been sent already are dropped.
   */
  private void takeDescriptors() {
    int kept = expecting && message.descriptorCount() > 0 && isOurs(message.descriptor(0)) ? 1 : 0;
    for (int i = kept; i < message.descriptorCount(); i++) {
      drop(message.descriptor(i));
    }
    if (kept > 0) {
      channel.fd(message.descriptor(0));
      sizeChanged();
    }
    if (expecting) {
      expecting = false;
      if (DescriptorPassing.refuse(libc, server)) {
        unchecked = Math.max(libc.fionread(server), 0);
      }
    }
  }

  private boolean isOurs(int descriptor) {
    return domain(descriptor) == Sockets.AF_UNIX
        && libc.getsockopt(descriptor, Sockets.SOL_SOCKET, Sockets.SO_TYPE)
            == Sockets.SOCK_SEQPACKET;
  }

  /**
   * Closes it only where that cannot wait. A socket of AF_UNIX may hold other descriptors, and what
   * a file does on close(2) is not known: they stay open until iosock exits. Such a socket is shut
   * down, as it may be the server's end of the connection, which is to be seen to end.
   */
  private void drop(int descriptor) {
    int domain = domain(descriptor);
    if (domain == Sockets.AF_UNIX) {
      libc.shutdown(descriptor, Sockets.SHUT_RDWR);
    } else if (domain >= 0 && libc.unsetLinger(descriptor) == 0) {
      libc.close(descriptor);
    }
  }

  private int domain(int descriptor) {
    return libc.getsockopt(descriptor, Sockets.SOL_SOCKET, Sockets.SO_DOMAIN);
  }

  /** The terminal may have another size by now. */
  public void sizeChanged() {
    sizePending = channel.fd() != NONE && !done;
    send();
  }

  private void send() {
    if (!sizePending || !terminal.readSize(size)) {
      sizePending = false;
      return;
    }
    long sent = libc.send(channel.fd(), size.memory(), 0, WindowSize.SIZEOF, FLAGS);
    sizePending = Errno.isTemporary(sent);
    if (Errno.isShortage(sent)) {
      pausedIn = shortage.note();
    }
    // EPIPE: the server has closed its end.
    done = sent < 0 && !sizePending;
  }

  /** Asks for space, if the server is slow to read sizes. */
  public void arm(PollSet poll) {
    if (sizePending && !shortage.isCurrent(pausedIn)) {
      poll.watch(channel, PollSet.POLLOUT);
    }
  }

  /** After a poll. */
  public void turn() {
    if (channel.revents() != 0) {
      send();
    }
  }

  /** After a turn: closes the socket for sizes if it is done with. */
  public void closeMarked() {
    if (done && channel.fd() != NONE) {
      libc.close(channel.fd());
      channel.fd(NONE);
      sizePending = false;
    }
  }
}
