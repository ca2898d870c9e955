package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Message;
import iosock.posix.NativeBuffer;
import iosock.posix.PeerName;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.posix.WindowSize;
import iosock.tty.PseudoTerminal;
import iosock.winsize.WindowSizeAddress;

/**
 * The size of the present client's terminal, which becomes that of the command's, if the client is
 * one that tells: at first in the name of its socket, then on a socket of its own, which it passes
 * beside the first bytes that it sends. Other clients do not notice that anybody asks.
 *
 * <p>Nothing of it is trusted. Only a socket is ever read from, as only a socket can be read
 * without waiting whatever its sender does; and what is no size is ignored.
 */
public final class ClientSize {

  private static final int NONE = -1;

  /** PIPE_BUF: a pipe that has any room has room for as much. */
  private static final int GREETING = 4096;

  private final Libc libc;
  private final PseudoTerminal pty;
  private final WindowSize size = new WindowSize();
  private final PeerName name = new PeerName();
  private final Message message = new Message();
  private final NativeBuffer greeting = new NativeBuffer(GREETING);
  private final PollSet room = new PollSet(1);
  private int channel = NONE;
  private int closing = NONE;
  private boolean greetingDue;
  private boolean known;

  ClientSize(Libc libc, PseudoTerminal pty) {
    this.libc = libc;
    this.pty = pty;
  }

  /** Somebody else is present now, or nobody. */
  void clientChanged(Clients clients) {
    drop();
    greetingDue = clients.isPresent();
    known =
        clients.isPresent()
            && libc.getpeername(clients.present(), name.clear()) == 0
            && WindowSizeAddress.parse(name, size);
    if (known) {
      pty.resizeAndRedraw(size);
    }
  }

  /** Whether the present client has said one. */
  boolean isKnown() {
    return known;
  }

  /**
   * Whether the present client's first bytes have still to be received, with what is beside them.
   */
  boolean isGreetingDue() {
    return greetingDue;
  }

  /**
   * Moves the first bytes into the pipe.
   *
   * @return how many; 0 at the end; -EAGAIN if there are none or the pipe is full
   */
  long greet(int client, int pipe) {
    room.watch(0, pipe, PollSet.POLLOUT);
    if (libc.poll(room, 0) <= 0) {
      return -Errno.EAGAIN;
    }
    long received =
        libc.recvmsg(
            client,
            message.receiving(greeting, GREETING),
            Sockets.MSG_DONTWAIT | Sockets.MSG_CMSG_CLOEXEC);
    if (received > 0) {
      greetingDue = false;
      take(message.descriptor());
      libc.write(pipe, greeting, 0, (int) received);
    }
    return received;
  }

  /** Only what our clients send: of anything else it matters who holds it, and how it is closed. */
  private void take(int received) {
    channel = received;
    boolean isOurs =
        libc.getsockopt(received, Sockets.SOL_SOCKET, Sockets.SO_DOMAIN) == Sockets.AF_UNIX
            && libc.getsockopt(received, Sockets.SOL_SOCKET, Sockets.SO_TYPE)
                == Sockets.SOCK_SEQPACKET;
    if (received != NONE && !isOurs) {
      libc.unsetLinger(received);
      drop();
    }
  }

  void arm(PollSet poll) {
    if (channel != NONE) {
      poll.watch(Slot.SIZE, channel, PollSet.POLLIN);
    }
  }

  /** One message a turn: whoever sends many has to share the loop with everybody else. */
  void turn(PollSet poll) {
    if (channel == NONE || poll.revents(Slot.SIZE) == 0) {
      return;
    }
    int flags = Sockets.MSG_DONTWAIT | Sockets.MSG_TRUNC;
    long received = libc.recv(channel, size.memory(), WindowSize.SIZEOF, flags);
    if (received <= 0) {
      // The end; or no socket, or one on which poll(2) and recv(2) disagree.
      drop();
    } else if (received == WindowSize.SIZEOF && size.isReasonable()) {
      known = true;
      pty.resize(size);
    }
  }

  private void drop() {
    closing = channel == NONE ? closing : channel;
    channel = NONE;
  }

  /** After a turn. */
  void closeDone() {
    if (closing != NONE) {
      libc.close(closing);
      closing = NONE;
    }
  }
}
