package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import iosock.socket.Listener;

/** Accepts the connections to a listening socket. */
final class Acceptor {

  /** Where no connection can be accepted for want of descriptors, when to try again. */
  private static final long BACKOFF_NANOS = 1_000_000_000;

  private final Log log;
  private final Listener listener;
  private final Admission admission;
  private final Deadlines deadlines;
  private final Deadlines.Kind backoff;
  private final Watch watch;
  private boolean closing;
  private boolean leaving;

  /** Whether an error was reported since the last connection. */
  private boolean errorLogged;

  /**
   * @param listener stays the caller's to close
   * @param backoff the deadline that is this acceptor's own
   */
  Acceptor(
      Log log,
      Listener listener,
      Admission admission,
      Deadlines deadlines,
      Deadlines.Kind backoff) {
    this.log = log;
    this.listener = listener;
    this.admission = admission;
    this.deadlines = deadlines;
    this.backoff = backoff;
    watch = new Watch(listener.fd());
  }

  /**
   * From now on every connection is closed at once; to an inherited socket it stays pending, for
   * the next server.
   */
  void closeNew() {
    closing = true;
    leavePending();
  }

  /** From now on no connection to an inherited socket is accepted. */
  void leavePending() {
    leaving = listener.isInherited();
  }

  /** Asks for connections; last of all, as {@link Relay} says. */
  void arm(PollSet poll) {
    if (deadlines.isDue(backoff)) {
      deadlines.clear(backoff);
    }
    if (!leaving && admission.mayAccept() && !deadlines.isSet(backoff)) {
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
    boolean isToLook = always && !deadlines.isSet(backoff);
    // Any event may have freed a descriptor.
    deadlines.clear(backoff);
    if (leaving || watch.revents() == 0 && !isToLook) {
      return;
    }
    for (int i = 0; i <= Listener.BACKLOG && admission.mayAccept(); i++) {
      int connection = listener.accept();
      if (connection < 0) {
        if (isShortage(-connection)) {
          backOff(-connection);
        }
        return;
      }
      errorLogged = false;
      if (listener.permits(connection)) {
        admission.admit(connection, closing);
      } else {
        admission.refuse(connection);
      }
    }
  }

  private void backOff(int errno) {
    deadlines.set(backoff, System.nanoTime() + BACKOFF_NANOS);
    if (!errorLogged && !Errno.isShortage(-errno)) {
      errorLogged = true;
      log.log(new Failure("accept", "a connection", errno));
    }
  }

  /** Whether accept(2) failed for want of something, which poll(2) knows nothing of. */
  private static boolean isShortage(int errno) {
    return errno != Errno.EAGAIN && errno != Errno.EINTR && errno != Errno.ECONNABORTED;
  }
}
