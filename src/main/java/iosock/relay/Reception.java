package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import iosock.socket.Listener;

/**
 * Who comes and who leaves: the listening socket, and whether the present client is still there.
 */
final class Reception {

  private static final int UNREAD_AT_ONCE = 1 << 16;
  static final int GONE = PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL;

  private final Libc libc;
  private final Clients clients;
  private final PollSet recheck = new PollSet(1);
  private final Listener listener;
  private boolean turningAway;
  private boolean acceptLater;
  private boolean reset;

  /**
   * @param listener stays the caller's to close; null if nobody can come
   */
  Reception(Libc libc, Listener listener, Clients clients) {
    this.libc = libc;
    this.listener = listener;
    this.clients = clients;
  }

  /** Nobody gets the place any more. */
  void turnAway() {
    turningAway = true;
  }

  /** Asks for who comes, and for the present client's leaving. */
  void arm(PollSet poll) {
    if (listener != null && clients.hasRoom() && !acceptLater) {
      poll.watch(Slot.LISTENER, listener.fd(), PollSet.POLLIN);
    }
    if (clients.isPresent()) {
      poll.watch(Slot.CLIENT, clients.present(), 0);
    }
  }

  /** Whether somebody waits who could not be accepted, and is asked for again after a while. */
  boolean isAcceptingLater() {
    return acceptLater;
  }

  /** After every poll, before the turn: it may have been the while. */
  void polled() {
    acceptLater = false;
  }

  /**
   * After a poll, once what was sent has been taken.
   *
   * @return whether it is somebody else by now who receives
   */
  boolean turn(PollSet poll) {
    int before = clients.present();
    boolean changed = false;
    int events = poll.revents(Slot.CLIENT);
    if ((events & GONE) != 0) {
      reset |= (events & PollSet.POLLERR) != 0;
      depart();
    }
    if (poll.revents(Slot.LISTENER) != 0) {
      changed = accept();
    }
    return changed || clients.present() != before;
  }

  /**
   * All who wait: of several the first may have left already, and the next may be whom the output
   * belongs to.
   *
   * @return whether anybody got the place
   */
  private boolean accept() {
    boolean arrived = false;
    for (int i = 0; i <= Listener.BACKLOG && clients.hasRoom(); i++) {
      int client = listener.accept();
      if (client < 0) {
        acceptLater = isShortage(-client);
        return arrived;
      }
      if (isPlaceTaken() || turningAway) {
        clients.done(client);
      } else {
        clients.arrive(client);
        arrived = true;
      }
    }
    return arrived;
  }

  /** Whether accept(2) fails for want of something, which poll(2) knows nothing of. */
  private static boolean isShortage(int errno) {
    return errno != Errno.EAGAIN && errno != Errno.EINTR && errno != Errno.ECONNABORTED;
  }

  /** The present client may have left between the poll and the arrival of the next. */
  private boolean isPlaceTaken() {
    if (clients.isPresent()) {
      recheck.watch(0, clients.present(), 0);
      if (libc.poll(recheck, 0) > 0) {
        depart();
      }
    }
    return clients.isPresent();
  }

  private void depart() {
    if (!clients.isPresent()) {
      return;
    }
    if (libc.fionread(clients.present()) > 0) {
      clients.departWithWords();
    } else {
      clients.depart();
    }
  }

  /** Whether somebody has left without reading all that was sent to it. */
  boolean isReset() {
    return reset;
  }

  /** The one place where connections are closed, after a turn. */
  void closeDone() {
    int fd;
    while ((fd = clients.takeDone()) != Clients.NONE) {
      libc.close(fd);
    }
  }

  /** Ends the present client's connection; it reads what it was sent, and then the end. */
  void dismiss() {
    if (clients.isPresent()) {
      // Closed with unread input, it would read ECONNRESET instead of the end.
      libc.shutdown(clients.present(), Sockets.SHUT_RDWR);
      NativeBuffer unread = new NativeBuffer(UNREAD_AT_ONCE);
      while (libc.read(clients.present(), unread, UNREAD_AT_ONCE) > 0) {
        continue;
      }
      libc.close(clients.present());
    }
  }
}
