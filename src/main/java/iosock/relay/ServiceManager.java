package iosock.relay;

import iosock.inherited.NotifySocket;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import java.util.Optional;

/**
 * Tells a service manager when the command runs, and when it is being stopped: sd_notify(3). What
 * the service manager does not take now waits; what cannot be sent at all is reported once.
 */
final class ServiceManager {

  /** In the order in which they are sent. */
  private final NativeBuffer[] messages = {
    NativeBuffer.string("READY=1"), NativeBuffer.string("STOPPING=1")
  };

  private final Log log;
  private final Optional<NotifySocket> socket;
  private final Watch space;

  /** How many of the messages are due, and how many are sent, or given up. */
  private int due;

  private int sent;

  /**
   * @param socket {@link #close} closes it
   */
  ServiceManager(Log log, Optional<NotifySocket> socket) {
    this.log = log;
    this.socket = socket;
    space = new Watch(socket.isPresent() ? socket.get().fd() : -1);
  }

  /** The command has been executed. */
  void ready() {
    due = Math.max(due, 1);
    send();
  }

  /** A signal that stops the command has arrived. Only the first time counts. */
  void stopping() {
    due = messages.length;
    send();
  }

  /** Asks for space, if something waits for it. */
  void arm(PollSet poll) {
    if (isWaiting()) {
      poll.watch(space, PollSet.POLLOUT);
    }
  }

  /** After a poll. */
  void turn() {
    if (space.revents() != 0) {
      send();
    }
  }

  private boolean isWaiting() {
    return socket.isPresent() && sent < due;
  }

  private void send() {
    while (isWaiting()) {
      int result = socket.get().send(messages[sent]);
      if (Errno.isNotNow(result)) {
        return;
      }
      sent++;
      if (result < 0) {
        giveUp(-result);
      }
    }
  }

  private void giveUp(int errno) {
    sent = messages.length;
    log.log(new Failure("notify", socket.get().name(), errno));
  }

  /** What has not been sent yet is not sent any more. */
  void close() {
    if (isWaiting()) {
      giveUp(Errno.EAGAIN);
    }
    if (socket.isPresent()) {
      socket.get().close();
    }
  }
}
