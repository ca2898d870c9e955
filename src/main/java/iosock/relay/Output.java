package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.PollSet;

/** What comes out of a pipe: to the client, or else to the console. */
final class Output {

  static final int NO_PIPE = -1;

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Libc libc;
  private final int pipe;
  private final Clients clients;
  private final Console console;
  private final int pipeSlot;
  private final int consoleSlot;

  /** How many bytes are still to be delivered: without limit until nothing more is to come. */
  private long owed;

  /** The receiver is full; otherwise it is the command that is waited for. */
  private boolean blocked;

  /**
   * @param pipe stays open; NO_PIPE for none
   * @param console null if all is for clients; then there must be one when this is armed
   * @param index 0 for what is output, 1 for what is error or goes the other way
   */
  Output(Libc libc, int pipe, Clients clients, Console console, int index) {
    this.libc = libc;
    this.pipe = pipe;
    this.clients = clients;
    this.console = console;
    pipeSlot = Slot.OUTPUT + index;
    consoleSlot = Slot.CONSOLE + index;
    owed = pipe == NO_PIPE ? 0 : NO_LIMIT;
  }

  /** Asks for what this waits for: words, or room where they go. */
  void arm(PollSet poll) {
    if (owed > 0 && !blocked) {
      poll.watch(pipeSlot, pipe, PollSet.POLLIN);
    }
    if (owed > 0 && blocked && clients.isReceiving()) {
      poll.watch(Slot.CLIENT, clients.present(), PollSet.POLLOUT);
    }
    if (isPending() || owed > 0 && blocked && !clients.isReceiving()) {
      poll.watch(consoleSlot, console.fd(), PollSet.POLLOUT);
    }
  }

  /**
   * After a poll: moves what can be moved.
   *
   * @return whether anything was
   */
  boolean turn(PollSet poll) {
    boolean flushed = false;
    if (isPending() && poll.revents(consoleSlot) != 0) {
      console.flush();
      flushed = true;
    }
    if (!blocked) {
      return poll.revents(pipeSlot) != 0 && move(true) || flushed;
    }
    int room =
        clients.isReceiving()
            ? poll.revents(Slot.CLIENT) & ~PollSet.POLLIN
            : poll.revents(consoleSlot);
    return room != 0 && move(false) || flushed;
  }

  /** Whoever was full is not who receives from now on. */
  void receiverChanged() {
    blocked = false;
  }

  /** What is in the pipe now is all that is to be delivered, whoever still writes to it. */
  void finish() {
    owed = Math.min(owed, Math.max(libc.fionread(pipe), 0));
  }

  /** Nothing is to be delivered any more. */
  void abandon() {
    owed = 0;
  }

  /** Whether the pipe holds anything that is still to be delivered, or may come to. */
  boolean isOwed() {
    return owed > 0;
  }

  boolean isDelivered() {
    return !isOwed() && !isPending();
  }

  private boolean isPending() {
    return console != null && console.isPending();
  }

  /**
   * @param ready whether the pipe is known to have something: if nothing moves all the same, it is
   *     the receiver that is full
   */
  private boolean move(boolean ready) {
    boolean toClient = clients.isReceiving();
    long most = Math.min(owed, Relay.MAX_AT_ONCE);
    long moved = toClient ? splice(most) : console.take(pipe, most);
    if (moved > 0) {
      blocked = false;
      owed = owed == NO_LIMIT ? NO_LIMIT : owed - moved;
    } else if (moved == 0) {
      owed = 0;
    } else if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = ready;
    } else if (toClient) {
      // EPIPE or ECONNRESET: it takes nothing more. Whether it is gone too, poll(2) will say. (Of a
      // client that is full when it says so, poll(2) tells nothing before it has left.)
      clients.stopReceiving();
      blocked = false;
    } else {
      owed = 0;
    }
    return moved > 0;
  }

  private long splice(long most) {
    return libc.splice(
        pipe, clients.present(), most, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
  }
}
