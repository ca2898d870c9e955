package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import iosock.socket.Listener;
import iosock.socket.Rejection;

/** Accepts connections, and decides which of them become clients. */
final class Acceptor {

  /** Where no connection can be accepted for want of descriptors, when to try again. */
  private static final long BACKOFF_NANOS = 1_000_000_000;

  private final ErrorLog log;
  private final Listener listener;
  private final Clients clients;
  private final Deadlines deadlines;
  private final Watch watch;
  private boolean rejecting;

  /** Whether an error was reported since the last connection. */
  private boolean errorLogged;

  /**
   * @param listener stays the caller's to close
   */
  Acceptor(ErrorLog log, Listener listener, Clients clients, Deadlines deadlines) {
    this.log = log;
    this.listener = listener;
    this.clients = clients;
    this.deadlines = deadlines;
    watch = new Watch(listener.fd());
  }

  /** From now on every connection is closed at once. */
  void rejectNew() {
    rejecting = true;
  }

  /** Asks for connections; last of all, as {@link Relay} says. */
  void arm(PollSet poll) {
    if (deadlines.isDue(Deadlines.Kind.ACCEPT)) {
      deadlines.clear(Deadlines.Kind.ACCEPT);
    }
    if (clients.mayAccept() && !deadlines.isSet(Deadlines.Kind.ACCEPT)) {
      poll.watch(watch, PollSet.POLLIN);
    }
  }

  /**
   * After a poll, once what clients had sent has been taken: accepts all connections that wait. Of
   * several clients the first may have left already, and the output is then the next one's.
   *
   * @param always whether to look also if poll(2) has found no connection, as there may be one
   *     since
   */
  void accept(boolean always) {
    boolean isToLook = always && !deadlines.isSet(Deadlines.Kind.ACCEPT);
    // Any event may have freed a descriptor.
    deadlines.clear(Deadlines.Kind.ACCEPT);
    if (watch.revents() == 0 && !isToLook) {
      return;
    }
    for (int i = 0; i <= Listener.BACKLOG && clients.mayAccept(); i++) {
      int connection = listener.accept();
      if (connection < 0) {
        if (isShortage(-connection)) {
          backOff(-connection);
        }
        return;
      }
      errorLogged = false;
      admit(connection);
    }
  }

  private void backOff(int errno) {
    deadlines.set(Deadlines.Kind.ACCEPT, System.nanoTime() + BACKOFF_NANOS);
    if (!errorLogged && !Errno.isShortage(-errno)) {
      errorLogged = true;
      log.log(new Failure("accept", "a connection", errno));
    }
  }

  private void admit(int connection) {
    if (!listener.permits(connection)) {
      clients.reject(connection, Rejection.NOT_PERMITTED);
      return;
    }
    if (clients.isFull()) {
      clients.detachGoneSincePoll();
    }
    if (clients.isFull()) {
      clients.reject(connection, Rejection.IN_USE);
    } else if (rejecting) {
      clients.reject(connection, Rejection.NONE);
    } else {
      clients.attach(connection);
    }
  }

  /** Whether accept(2) failed for want of something, which poll(2) knows nothing of. */
  private static boolean isShortage(int errno) {
    return errno != Errno.EAGAIN && errno != Errno.EINTR && errno != Errno.ECONNABORTED;
  }
}
