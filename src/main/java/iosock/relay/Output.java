package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.PollSet;

/**
 * What the command writes, on its standard output or on its standard error: to the client, or else
 * to the console.
 */
final class Output {

  private static final long NO_LIMIT = Long.MAX_VALUE;

  private final Libc libc;
  private final int pipe;
  private final Clients clients;
  private final Console console;
  private final int pipeSlot;
  private final int consoleSlot;

  /** How many bytes are still to be delivered: without limit until the command has exited. */
  private long owed = NO_LIMIT;

  /** The receiver is full; otherwise it is the command that is waited for. */
  private boolean blocked;

  /**
   * @param pipe stays open
   * @param index 0 for standard output, 1 for standard error
   */
  Output(Libc libc, int pipe, Clients clients, Console console, int index) {
    this.libc = libc;
    this.pipe = pipe;
    this.clients = clients;
    this.console = console;
    pipeSlot = Slot.COMMAND_OUT + index;
    consoleSlot = Slot.CONSOLE_OUT + index;
  }

  /** Asks for what this waits for: the command's words, or room where they go. */
  void arm(PollSet poll) {
    if (owed > 0 && !blocked) {
      poll.watch(pipeSlot, pipe, PollSet.POLLIN);
    }
    if (owed > 0 && blocked && clients.isReceiving()) {
      poll.watch(Slot.CLIENT, clients.present(), PollSet.POLLOUT);
    }
    if (console.isPending() || owed > 0 && blocked && !clients.isReceiving()) {
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
    if (console.isPending() && poll.revents(consoleSlot) != 0) {
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

  /** The command has exited: what is in the pipe is all it wrote, whoever else holds the pipe. */
  void commandExited() {
    owed = Math.min(owed, Math.max(libc.fionread(pipe), 0));
  }

  /** Whether the command's pipe holds anything that is still to be delivered. */
  boolean isOwed() {
    return owed > 0;
  }

  boolean isDelivered() {
    return !isOwed() && !console.isPending();
  }

  /**
   * @param ready whether the pipe is known to have something: if nothing moves all the same, it is
   *     the receiver that is full
   */
  private boolean move(boolean ready) {
    boolean toClient = clients.isReceiving();
    long most = Math.min(owed, Relay.MOST_AT_ONCE);
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
