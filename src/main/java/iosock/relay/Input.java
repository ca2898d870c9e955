package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;

/** What clients send, one after another, into a pipe. */
final class Input implements Feed {

  private static final int DISCARDED_AT_ONCE = 1 << 16;

  private final Libc libc;
  private final int pipe;
  private final Clients clients;
  private final ClientSize size;

  /** The pipe is full; otherwise it is the speaker who is waited for. */
  private boolean blocked;

  /** Allocated when nobody reads the pipe any more: what is sent then goes nowhere. */
  private NativeBuffer discarded;

  private boolean silent = true;
  private boolean reset;

  /**
   * @param pipe stays open
   * @param size learns what clients say beside their first words; null if nobody wants to know
   */
  Input(Libc libc, int pipe, Clients clients, ClientSize size) {
    this.libc = libc;
    this.pipe = pipe;
    this.clients = clients;
    this.size = size;
  }

  /** Asks for what this waits for: the pipe's room, or words of the present client. */
  @Override
  public void arm(PollSet poll) {
    if (clients.speaker() == Clients.NONE) {
      return;
    }
    if (blocked) {
      poll.watch(Slot.INPUT, pipe, PollSet.POLLOUT);
    } else if (!clients.isSpeakerDeparted()) {
      poll.watch(Slot.CLIENT, clients.present(), PollSet.POLLIN);
    }
  }

  @Override
  public void turn(PollSet poll) {
    if (blocked && poll.revents(Slot.INPUT) != 0) {
      blocked = false;
      move(clients.isSpeakerDeparted());
    } else if (!blocked && (poll.revents(Slot.CLIENT) & PollSet.POLLIN) != 0) {
      move(true);
    }
  }

  /** Moves what those who have left said last; they are not polled for, as nothing comes after. */
  @Override
  public void turnAgain() {
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
    long moved = discarded == null ? take(speaker) : discard(speaker);
    if (moved > 0) {
      silent = false;
    } else if (moved == -Errno.EAGAIN || moved == -Errno.EINTR) {
      blocked = ready;
    } else if (moved == -Errno.EPIPE) {
      discarded = new NativeBuffer(DISCARDED_AT_ONCE);
    } else {
      // The end, or ECONNRESET in its place where the client left unread what it was sent.
      reset |= moved == -Errno.ECONNRESET;
      clients.speakerEnded();
    }
  }

  private long take(int speaker) {
    if (size != null && !clients.isSpeakerDeparted() && size.isGreetingDue()) {
      return size.greet(speaker, pipe);
    }
    return libc.splice(
        speaker, pipe, Relay.MAX_AT_ONCE, Fcntl.SPLICE_F_MOVE | Fcntl.SPLICE_F_NONBLOCK);
  }

  private long discard(int speaker) {
    return libc.read(speaker, discarded, DISCARDED_AT_ONCE);
  }

  @Override
  public boolean hasEnded() {
    return false;
  }

  @Override
  public boolean isWithinLine() {
    return false;
  }

  /** Whether nobody has ever sent anything. */
  boolean isSilent() {
    return silent;
  }

  /** Whether somebody has left without reading all that was sent to it. */
  boolean isReset() {
    return reset;
  }
}
