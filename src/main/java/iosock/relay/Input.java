package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.Memory;
import iosock.posix.PollSet;

/** What clients send, one after another, into the command's standard input. */
final class Input {

  private static final int DISCARDED_AT_ONCE = 1 << 16;

  private final Libc libc;
  private final int pipe;
  private final Clients clients;

  /** The pipe is full; otherwise it is the speaker who is waited for. */
  private boolean blocked;

  /** Allocated when the command has closed its standard input: what is sent then goes nowhere. */
  private Memory discarded;

  /**
   * @param pipe stays open
   */
  Input(Libc libc, int pipe, Clients clients) {
    this.libc = libc;
    this.pipe = pipe;
    this.clients = clients;
  }

  /** Asks for what this waits for: the pipe's room, or words of the present client. */
  void arm(PollSet poll) {
    if (clients.speaker() == Clients.NONE) {
      return;
    }
    if (blocked) {
      poll.watch(Slot.COMMAND_IN, pipe, PollSet.POLLOUT);
    } else if (!clients.isSpeakerDeparted()) {
      poll.watch(Slot.CLIENT, clients.present(), PollSet.POLLIN);
    }
  }

  /** After a poll: moves what can be moved. */
  void turn(PollSet poll) {
    if (blocked && poll.revents(Slot.COMMAND_IN) != 0) {
      blocked = false;
      move(clients.isSpeakerDeparted());
    } else if (!blocked && (poll.revents(Slot.CLIENT) & PollSet.POLLIN) != 0) {
      move(true);
    }
  }

  /** Moves what those who have left said last; they are not polled for, as nothing comes after. */
  void turnToDeparted() {
    while (!blocked && clients.isSpeakerDeparted()) {
      move(true);
    }
  }

  /**
   * @param ready whether the speaker is known to have something: if nothing moves all the same, it
   *     is the pipe that is full
   */
  private void move(boolean ready) {
    int speaker = clients.speaker();
    if (speaker == Clients.NONE) {
      return;
    }
    long moved = discarded == null ? splice(speaker) : discard(speaker);
    if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = ready;
    } else if (moved == -Errno.EPIPE) {
      discarded = new Memory(DISCARDED_AT_ONCE);
    } else if (moved <= 0) {
      // The end, or ECONNRESET in its place where the client left unread what it was sent.
      clients.speakerEnded();
    }
  }

  private long splice(int speaker) {
    return libc.splice(
        speaker, pipe, Relay.MOST_AT_ONCE, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
  }

  private long discard(int speaker) {
    return libc.read(speaker, discarded, DISCARDED_AT_ONCE);
  }
}
