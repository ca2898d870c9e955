package iosock.relay;

import iosock.child.ExitCode;
import iosock.child.Reaper;
import iosock.flow.Pipe;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.posix.Sockets;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.tty.OwnTerminal;

/**
 * The loop that joins iosock's own standard input and output to a socket: to one client after
 * another, or to one server. It is made as {@link Relay} is.
 */
public final class StdioRelay {

  /** How long what was typed before the detach key may take. */
  private static final long DETACHING_NANOS = 1_000_000_000L;

  private static final int ACCEPT_AGAIN_MILLIS = 1000;
  private static final int FOREVER = -1;

  private final Libc libc;
  private final SignalPipe signals;
  private final OwnTerminal terminal;
  private final Reaper reaper;
  private final boolean isServer;
  private final Clients clients;
  private final Reception reception;
  private final Incoming incoming;
  private final Outgoing outgoing;
  private final PollSet poll = new PollSet(Slot.COUNT);
  private boolean halfClosed;
  private boolean detaching;
  private long detachingSince;
  private boolean finished;
  private int exitCode;

  private StdioRelay(
      Libc libc,
      SignalPipe signals,
      OwnTerminal terminal,
      Listener listener,
      Clients clients,
      Incoming incoming,
      Outgoing outgoing) {
    this.libc = libc;
    this.signals = signals;
    this.terminal = terminal;
    this.clients = clients;
    this.incoming = incoming;
    this.outgoing = outgoing;
    reaper = new Reaper(libc);
    isServer = listener != null;
    reception = new Reception(libc, listener, clients);
  }

  /**
   * @param listener stays the caller's to close
   */
  public static StdioRelay serve(
      Libc libc, SignalPipe signals, OwnTerminal terminal, Listener listener) {
    return ofPipes(libc, signals, terminal, listener, new Clients());
  }

  /**
   * @param server a connection, which {@link #close} closes
   */
  public static StdioRelay connect(
      Libc libc, SignalPipe signals, OwnTerminal terminal, int server) {
    Clients clients = new Clients();
    clients.arrive(server);
    return ofPipes(libc, signals, terminal, null, clients);
  }

  private static StdioRelay ofPipes(
      Libc libc, SignalPipe signals, OwnTerminal terminal, Listener listener, Clients clients) {
    Pipe in = Pipe.open(libc).nonBlocking(libc).large(libc);
    Pipe out = Pipe.open(libc).nonBlocking(libc).large(libc);
    return new StdioRelay(
        libc,
        signals,
        terminal,
        listener,
        clients,
        new Incoming(libc, clients, in),
        new Outgoing(libc, clients, out, null, OwnInput.NO_KEY));
  }

  /**
   * For a person at a terminal that is raw. The pipes are of the usual size: what waits in them is
   * what an interrupt key cannot stop any more.
   *
   * @param terminal standard input
   * @param server a connection, which {@link #close} closes
   * @param detachKey a byte that ends the session when typed; -1 for none
   */
  public static StdioRelay attach(
      Libc libc, SignalPipe signals, OwnTerminal terminal, int server, int detachKey) {
    Clients clients = new Clients();
    clients.arrive(server);
    Incoming incoming = new Incoming(libc, clients, Pipe.open(libc).nonBlocking(libc));
    Outgoing outgoing =
        new Outgoing(libc, clients, Pipe.open(libc).nonBlocking(libc), terminal, detachKey);
    return new StdioRelay(libc, signals, terminal, null, clients, incoming, outgoing);
  }

  /**
   * Until there is nobody left to serve, or the server has closed, or the user detaches.
   *
   * @return the code to exit with
   * @throws Failure if standard output cannot be written
   */
  public int run() {
    reaper.reap();
    while (!finished) {
      turn();
    }
    return exitCode;
  }

  private void turn() {
    terminal.settle(signals, true);
    arm();
    int ready = libc.poll(poll, timeout());
    reception.polled();
    if (ready > 0) {
      handle();
    }
    settle();
  }

  private void arm() {
    poll.clear();
    poll.watch(Slot.SIGNALS, signals.fd(), PollSet.POLLIN);
    reception.arm(poll);
    incoming.arm(poll, !detaching);
    outgoing.arm(poll);
  }

  private int timeout() {
    if (detaching) {
      long left = Math.max(DETACHING_NANOS - (System.nanoTime() - detachingSince), 0);
      return (int) (left / 1_000_000) + 1;
    }
    return reception.isAcceptingLater() ? ACCEPT_AGAIN_MILLIS : FOREVER;
  }

  private void handle() {
    if (poll.revents(Slot.SIGNALS) != 0) {
      handleSignals();
    }
    incoming.turn(poll);
    if (reception.turn(poll)) {
      outgoing.receiverChanged();
    }
    outgoing.turn(poll);
    incoming.turnAgain();
  }

  private void handleSignals() {
    int count = signals.read();
    for (int i = 0; i < count; i++) {
      handle(signals.signal(i));
    }
    reaper.reap();
  }

  private void handle(int signal) {
    switch (signal) {
      case Signals.SIGCHLD -> {}
      case Signals.SIGTSTP -> terminal.suspend(signals);
      case Signals.SIGCONT -> {
        terminal.continued();
        outgoing.sizeChanged();
      }
      case Signals.SIGWINCH -> outgoing.sizeChanged();
      default -> finish(ExitCode.ofSignal(signal));
    }
  }

  private void finish(int code) {
    if (!finished) {
      finished = true;
      exitCode = code;
    }
  }

  /** After a turn: what is closed, and who has come to an end. */
  private void settle() {
    reception.closeDone();
    outgoing.settle();
    checkStdout();
    checkKeyboard();
    if (!outgoing.isOwed()) {
      reception.turnAway();
      halfClose();
    }
    if (isOver()) {
      incoming.finish();
      if (incoming.isDelivered() || isDetachingTooLong()) {
        finish(0);
      }
    }
  }

  private void checkStdout() {
    if (incoming.errno() == Errno.EPIPE) {
      // As a program ends that does not catch SIGPIPE: in silence.
      finish(ExitCode.ofSignal(Signals.SIGPIPE));
    } else if (incoming.errno() != 0) {
      throw new Failure("write to", "standard output", incoming.errno());
    }
  }

  private void checkKeyboard() {
    if (detaching) {
      return;
    }
    if (outgoing.isKeyPressed()) {
      detaching = true;
      detachingSince = System.nanoTime();
    } else if (outgoing.isRaw() && outgoing.hasEnded()) {
      // A raw terminal's input ends only where it is hung up, even if the signal is ignored.
      finish(ExitCode.ofSignal(Signals.SIGHUP));
    }
  }

  private void halfClose() {
    if (clients.isPresent() && !halfClosed) {
      halfClosed = true;
      libc.shutdown(clients.present(), Sockets.SHUT_WR);
    }
  }

  /** Whether nothing more is to come that standard output could wait for. */
  private boolean isOver() {
    if (detaching) {
      return !outgoing.isOwed() || !clients.isReceiving() || isDetachingTooLong();
    }
    if (clients.isSending() || clients.isSpeakerDeparted()) {
      return false;
    }
    if (isServer) {
      return !clients.isPresent() && !outgoing.isOwed();
    }
    // A server that only sends no more may still receive; but who types there wants to go home.
    return !clients.isReceiving() || !outgoing.isOwed() || terminal.isInput();
  }

  private boolean isDetachingTooLong() {
    return detaching && System.nanoTime() - detachingSince >= DETACHING_NANOS;
  }

  /** Whether it was the user who ended the session. */
  public boolean isDetached() {
    return detaching;
  }

  /** Whether nothing has ever come from the server. */
  public boolean isSilent() {
    return incoming.isSilent();
  }

  /**
   * @return why the server has not read everything, as an errno; 0 if it has, as far as is known
   */
  public int shortfall() {
    if (incoming.isReset() || reception.isReset()) {
      return Errno.ECONNRESET;
    }
    // What was typed too late is nobody's loss.
    return !terminal.isInput() && outgoing.isLeft() ? Errno.EPIPE : 0;
  }

  /** Ends the connection. */
  public void close() {
    reception.dismiss();
  }
}
