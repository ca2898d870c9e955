package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.Memory;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.posix.Sockets;
import iosock.process.Command;
import iosock.process.StdioPipes;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;

/**
 * The loop: one poll(2), in which everything that can happen is a descriptor.
 *
 * <p>What is waited for is derived from the state before each poll; what has happened is handled
 * after it; descriptors are closed last, so that none is used anew under the hands of a handler.
 */
public final class Relay {

  /** Bytes in one splice(2): what a pipe holds. */
  static final int MOST_AT_ONCE = 1 << 20;

  /** How long a receiver may take nothing, once the command has exited, before it is given up. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** The same for somebody who has been told to stop. */
  private static final long PATIENCE_WHEN_STOPPING_NANOS = 1_000_000_000L;

  /** Where no connection can be accepted for want of descriptors, when to try again. */
  private static final int ACCEPT_AGAIN_MILLIS = 1000;

  private static final int UNREAD_AT_ONCE = 1 << 16;
  private static final int FOREVER = -1;
  private static final int GONE = PollSet.POLLHUP | PollSet.POLLERR | PollSet.POLLNVAL;

  private final Libc libc;
  private final SignalPipe signals;
  private final Listener listener;
  private final Command command;
  private final Clients clients = new Clients();
  private final Input input;
  private final Output out;
  private final Output err;
  private final PollSet poll = new PollSet(Slot.COUNT);
  private final PollSet recheck = new PollSet(1);
  private boolean stopping;
  private boolean draining;
  private boolean finished;
  private boolean acceptLater;
  private long lastProgress;

  /**
   * @param stdio of {@code command}; all that is passed stays the caller's to close
   */
  public Relay(
      Libc libc, SignalPipe signals, Listener listener, Command command, StdioPipes stdio) {
    this.libc = libc;
    this.signals = signals;
    this.listener = listener;
    this.command = command;
    input = new Input(libc, stdio.in(), clients);
    out = new Output(libc, stdio.out(), clients, new Console(libc, 1), 0);
    err = new Output(libc, stdio.err(), clients, new Console(libc, 2), 1);
  }

  /** Until the command has exited and what it wrote has been delivered. */
  public void run() {
    // Who ended before SIGCHLD was caught has sent none.
    reap();
    drain();
    while (!finished) {
      turn();
    }
  }

  /** Waits until something happens, and handles it. */
  void turn() {
    arm();
    int ready = libc.poll(poll, timeout());
    acceptLater = false;
    if (ready > 0) {
      handle();
    }
    closeDone();
    drain();
  }

  private void arm() {
    poll.clear();
    poll.watch(Slot.SIGNALS, signals.fd(), PollSet.POLLIN);
    if (clients.hasRoom() && !acceptLater) {
      poll.watch(Slot.LISTENER, listener.fd(), PollSet.POLLIN);
    }
    if (clients.isPresent()) {
      poll.watch(Slot.CLIENT, clients.present(), 0);
    }
    input.arm(poll);
    out.arm(poll);
    err.arm(poll);
  }

  private int timeout() {
    if (draining) {
      long left = Math.max(patience() - (System.nanoTime() - lastProgress), 0);
      return (int) (left / 1_000_000) + 1;
    }
    return acceptLater ? ACCEPT_AGAIN_MILLIS : FOREVER;
  }

  private void handle() {
    if (poll.revents(Slot.SIGNALS) != 0) {
      handleSignals();
    }
    input.turn(poll);
    if ((poll.revents(Slot.CLIENT) & GONE) != 0) {
      depart();
    }
    // Before the output: what is written once somebody has connected must be theirs. What was
    // written just before they did cannot be told from it.
    if (poll.revents(Slot.LISTENER) != 0) {
      accept();
    }
    boolean progress = out.turn(poll) | err.turn(poll);
    if (progress && draining) {
      lastProgress = System.nanoTime();
    }
    input.turnToDeparted();
  }

  private void handleSignals() {
    int count = signals.read();
    for (int i = 0; i < count; i++) {
      int signal = signals.signal(i);
      if (signal == Signals.SIGTERM || signal == Signals.SIGINT) {
        stopping = true;
        command.signal(Signals.SIGTERM);
      } else if (signal != Signals.SIGCHLD) {
        command.signal(signal);
      }
    }
    // After any signal, in case a full pipe had no room for SIGCHLD.
    reap();
  }

  private void reap() {
    command.reap();
    if (command.hasExited() && !draining) {
      draining = true;
      lastProgress = System.nanoTime();
      out.commandExited();
      err.commandExited();
    }
  }

  /**
   * All who wait: of several the first may have left already, and the next may be whom the output
   * belongs to.
   */
  private void accept() {
    for (int i = 0; i <= Listener.BACKLOG && clients.hasRoom(); i++) {
      int client = listener.accept();
      if (client < 0) {
        acceptLater = isShortage(-client);
        return;
      }
      if (isPlaceTaken()) {
        clients.done(client);
      } else {
        clients.arrive(client);
        receiverChanged();
      }
    }
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
    receiverChanged();
  }

  private void receiverChanged() {
    out.receiverChanged();
    err.receiverChanged();
  }

  private void closeDone() {
    int fd;
    while ((fd = clients.takeDone()) != Clients.NONE) {
      libc.close(fd);
    }
  }

  private long patience() {
    return stopping ? PATIENCE_WHEN_STOPPING_NANOS : PATIENCE_NANOS;
  }

  private void drain() {
    if (!draining) {
      return;
    }
    if (out.isDelivered() && err.isDelivered()) {
      finished = true;
    } else if (System.nanoTime() - lastProgress >= patience()) {
      giveUpReceiver();
    }
  }

  /** A client that takes nothing more leaves the rest to the console; a console loses it. */
  private void giveUpReceiver() {
    boolean isClient = clients.isReceiving() && (out.isOwed() || err.isOwed());
    if (isClient) {
      clients.depart();
      receiverChanged();
    }
    finished = !isClient;
    lastProgress = System.nanoTime();
  }

  /** Ends the present client's connection; it reads what it was sent, and then the end. */
  public void close() {
    if (clients.isPresent()) {
      // Closed with unread input, it would read ECONNRESET instead of the end.
      libc.shutdown(clients.present(), Sockets.SHUT_RDWR);
      Memory unread = new Memory(UNREAD_AT_ONCE);
      while (libc.read(clients.present(), unread, UNREAD_AT_ONCE) > 0) {
        continue;
      }
      libc.close(clients.present());
    }
  }
}
