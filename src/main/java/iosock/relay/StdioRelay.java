package iosock.relay;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.posix.Sockets;
import iosock.process.Orphans;
import iosock.process.Pipe;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.terminal.OwnTerminal;

/**
 * The loop that joins iosock's own standard input and output to a socket: to one client after
 * another, or to one server. It is made as {@link Relay} is.
 */
public final class StdioRelay {

  /** Added to a signal's number, as shells do. */
  private static final int KILLED = 128;

  /** How long what was typed before the detach key may take. */
  private static final long DETACHING_NANOS = 1_000_000_000L;

  private static final int ACCEPT_AGAIN_MILLIS = 1000;
  private static final int FOREVER = -1;

  private final Libc libc;
  private final SignalPipe signals;
  private final OwnTerminal terminal;
  private final Orphans orphans;
  private final boolean isServer;
  private final Clients clients = new Clients();
  private final Reception reception;
  private final Input incoming;
  private final Console console;
  private final Output stdout;
  private final int stdinPipe;
  private final OwnInput stdin;
  private final Output outgoing;

  /** Null where this terminal's size is nobody's business. */
  private final SizeTeller sizes;

  private final PollSet poll = new PollSet(Slot.COUNT);

  /** Whether own input was to be read when it was polled for. */
  private boolean reading;

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
      boolean isRaw,
      int detachKey) {
    this.libc = libc;
    this.signals = signals;
    this.terminal = terminal;
    orphans = new Orphans(libc);
    isServer = listener != null;
    reception = new Reception(libc, listener, clients);
    Pipe toStdout = pipe(libc, isRaw);
    Pipe fromStdin = pipe(libc, isRaw);
    incoming = new Input(libc, toStdout.writeEnd(), clients, null);
    console = new Console(libc, 1);
    stdout = new Output(libc, toStdout.readEnd(), new Clients(), console, 1);
    stdinPipe = fromStdin.readEnd();
    stdin = new OwnInput(libc, fromStdin.writeEnd(), isRaw, detachKey);
    outgoing = new Output(libc, stdinPipe, clients, null, 0);
    sizes = isRaw ? new SizeTeller(libc, terminal) : null;
  }

  /**
   * @param listener stays the caller's to close
   */
  public static StdioRelay serve(
      Libc libc, SignalPipe signals, OwnTerminal terminal, Listener listener) {
    return new StdioRelay(libc, signals, terminal, listener, false, OwnInput.NO_KEY);
  }

  /**
   * @param server a connection, which {@link #close} closes
   * @param isRaw whether standard input is a terminal that is raw
   * @param detachKey then, a byte that ends the session when typed, or -1
   */
  public static StdioRelay connect(
      Libc libc,
      SignalPipe signals,
      OwnTerminal terminal,
      int server,
      boolean isRaw,
      int detachKey) {
    int key = isRaw ? detachKey : OwnInput.NO_KEY;
    StdioRelay relay = new StdioRelay(libc, signals, terminal, null, isRaw, key);
    relay.clients.arrive(server);
    return relay;
  }

  private static Pipe pipe(Libc libc, boolean isRaw) {
    Pipe pipe = Pipe.open(libc).nonBlocking(libc);
    // What waits in a pipe is what an interrupt key cannot stop any more.
    return isRaw ? pipe : pipe.large(libc);
  }

  /**
   * Until there is nobody left to serve, or the server has closed, or the user detaches.
   *
   * @return the code to exit with
   * @throws Failure if standard output cannot be written, or the server did not read everything
   */
  public int run() {
    orphans.reap();
    while (!finished) {
      turn();
    }
    return exitCode;
  }

  private void turn() {
    arm();
    int ready = libc.poll(poll, timeout());
    reception.polled();
    if (ready > 0) {
      handle();
    }
    reception.closeDone();
    settle();
  }

  private void arm() {
    poll.clear();
    poll.watch(Slot.SIGNALS, signals.fd(), PollSet.POLLIN);
    reception.arm(poll);
    if (!detaching) {
      incoming.arm(poll);
    }
    stdout.arm(poll);
    // A server's input is left where it is until somebody is there to receive it; a terminal's is
    // read in any case, or nobody could detach.
    reading = clients.isReceiving() || sizes != null;
    if (reading) {
      stdin.arm(poll);
    } else {
      stdin.armIdle(poll);
    }
    armOutgoing();
  }

  private void armOutgoing() {
    if (sizes != null) {
      sizes.arm(poll);
    }
    if (!clients.isReceiving()) {
      return;
    }
    if (isFirst()) {
      sizes.armFirst(poll, stdinPipe, clients.present());
    } else {
      outgoing.arm(poll);
    }
  }

  private boolean isFirst() {
    return sizes != null && sizes.isFirst();
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
    if (reading) {
      stdin.turn(poll);
    } else {
      stdin.turnIdle(poll);
    }
    turnOutgoing();
    stdout.turn(poll);
    incoming.turnAgain();
  }

  private void turnOutgoing() {
    if (sizes != null) {
      sizes.turn(poll);
    }
    if (!clients.isReceiving()) {
      return;
    }
    if (isFirst()) {
      sizes.turnFirst(poll, stdinPipe, clients.present());
    } else {
      outgoing.turn(poll);
    }
  }

  private void handleSignals() {
    int count = signals.read();
    for (int i = 0; i < count; i++) {
      handle(signals.signal(i));
    }
    orphans.reap();
  }

  private void handle(int signal) {
    switch (signal) {
      case Signals.SIGCHLD -> {}
      case Signals.SIGTSTP -> terminal.suspend(signals);
      case Signals.SIGCONT -> {
        terminal.resume();
        sizeChanged();
      }
      case Signals.SIGWINCH -> sizeChanged();
      default -> finish(KILLED + signal);
    }
  }

  private void sizeChanged() {
    if (sizes != null) {
      sizes.sizeChanged();
    }
  }

  private void finish(int code) {
    if (!finished) {
      finished = true;
      exitCode = code;
    }
  }

  /** After a turn: who has come to an end. */
  private void settle() {
    if (console.errno() == Errno.EPIPE) {
      // As a program ends that does not catch SIGPIPE: in silence.
      finish(KILLED + Signals.SIGPIPE);
    } else if (console.errno() != 0) {
      throw new Failure("write to", "standard output", console.errno());
    }
    if (stdin.isKeyPressed() && !detaching) {
      detaching = true;
      detachingSince = System.nanoTime();
    }
    if (stdin.hasEnded() && !isFirstDue()) {
      outgoing.finish();
    }
    if (!outgoing.isOwed()) {
      reception.turnAway();
      halfClose();
    }
    if (isOver()) {
      stdout.finish();
      if (stdout.isDelivered() || isDetachingTooLong()) {
        finish(0);
      }
    }
  }

  private boolean isFirstDue() {
    return clients.isReceiving() && sizes != null && sizes.isFirstDue(stdinPipe);
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

  /** Whether the server has gone without reading all that was sent to it. */
  public boolean isReset() {
    return incoming.isReset() || reception.isReset();
  }

  /** Ends the connection. */
  public void close() {
    reception.dismiss();
  }
}
