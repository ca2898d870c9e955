package iosock.winsize;

import iosock.flow.Inlet;
import iosock.flow.SocketReader;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Message;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.Watch;
import iosock.posix.WindowSize;
import iosock.tty.OwnTerminal;

/**
 * The client's side: sends the size of this terminal to a server that asks for it. As a {@link
 * SocketReader} it takes the socket for sizes, which comes beside the first output.
 */
public final class WindowSizeSender implements SocketReader {

  private static final int NONE = -1;
  private static final int FLAGS = Sockets.MSG_DONTWAIT | Sockets.MSG_NOSIGNAL;

  private final Libc libc;
  private final OwnTerminal terminal;
  private final WindowSize size = new WindowSize();
  private final Message message = new Message();
  private final Watch channel = new Watch(NONE);
  private final First first = new First();
  private int server = NONE;

  /** Whether the first bytes are still to come. */
  private boolean expecting = true;

  /** Whether there is a size that has not been sent. */
  private boolean sizePending;

  private boolean done;

  public WindowSizeSender(Libc libc, OwnTerminal terminal) {
    this.libc = libc;
    this.terminal = terminal;
  }

  @Override
  public long read(int socket, Inlet to, long max) {
    if (!expecting) {
      return to.fill(socket, max);
    }
    server = socket;
    return to.copy(first, max);
  }

  private final class First implements Inlet.Reader {

    @Override
    public long read(NativeBuffer buffer, int max) {
      long received =
          libc.recvmsg(
              server,
              message.receiving(buffer, max),
              Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC);
      if (received > 0) {
        expecting = false;
        take(message.descriptor());
      }
      return received;
    }
  }

  /** Keeps only what a server of ours sends; of anything else it matters how it is closed. */
  private void take(int descriptor) {
    if (descriptor == NONE) {
      return;
    }
    channel.fd(descriptor);
    boolean isOurs =
        libc.getsockopt(descriptor, Sockets.SOL_SOCKET, Sockets.SO_DOMAIN) == Sockets.AF_UNIX
            && libc.getsockopt(descriptor, Sockets.SOL_SOCKET, Sockets.SO_TYPE)
                == Sockets.SOCK_SEQPACKET;
    if (isOurs) {
      sizeChanged();
    } else {
      libc.unsetLinger(descriptor);
      done = true;
    }
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
    // EPIPE: the server has closed its end.
    done = sent < 0 && !sizePending;
  }

  /** Asks for space, if the server is slow to read sizes. */
  public void arm(PollSet poll) {
    if (sizePending) {
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
