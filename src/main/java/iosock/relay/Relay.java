package iosock.relay;

import iosock.child.Child;
import iosock.child.Reaper;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.tty.OwnTerminal;

/**
 * The loop around a command: one poll(2), in which everything that can happen is a descriptor.
 *
 * <p>What is waited for is derived from the state before each poll; what has happened is handled
 * after it; descriptors are closed last, so that none is used anew under the hands of a handler.
 */
public final class Relay {

  /** Bytes in one splice(2): what a pipe holds. */
  static final int MAX_AT_ONCE = 1 << 20;

  /** How long a receiver may take nothing, once the command has exited, before it is given up. */
  private static final long PATIENCE_NANOS = 5_000_000_000L;

  /** The same for somebody who has been told to stop. */
  private static final long PATIENCE_WHEN_STOPPING_NANOS = 1_000_000_000L;

  /** Where no connection can be accepted for want of descriptors, when to try again. */
  private static final int ACCEPT_AGAIN_MILLIS = 1000;

  private static final int FOREVER = -1;

  private final Libc libc;
  private final SignalPipe signals;
  private final CommandSide side;
  private final OwnTerminal terminal;
  private final boolean isOnStdio;
  private final Clients clients = new Clients();
  private final Reception reception;
  private final Feed input;
  private final Console console;
  private final Output out;
  private final Output err;
  private final PollSet poll = new PollSet(Slot.COUNT);
  private Child command;
  private Reaper reaper;
  private boolean stopping;
  private boolean hangingUp;
  private boolean draining;
  private boolean drained;
  private boolean finished;
  private boolean inputEnded;
  private boolean isScreenGone;
  private boolean hungUp;
  private long lastProgress;

  /**
   * All that can fail for want of something is done here, before there is a command.
   *
   * @param listener null for a command on iosock's own standard input and output
   * @param side of the command that is to be started; all that is passed stays the caller's to
   *     close
   */
  public Relay(
      Libc libc, SignalPipe signals, Listener listener, CommandSide side, OwnTerminal terminal) {
    this.libc = libc;
    this.signals = signals;
    this.side = side;
    this.terminal = terminal;
    isOnStdio = listener == null;
    reception = new Reception(libc, listener, clients);
    input =
        isOnStdio
            ? new OwnInput(libc, side.in(), side.isTerminal(), OwnInput.NO_KEY)
            : new Input(libc, side.in(), clients, side.clientSize());
    console = new Console(libc, 1);
    out = new Output(libc, side.out(), clients, console, 0);
    err = new Output(libc, side.err(), clients, new Console(libc, 2), 1);
  }

  /** The command has been started. */
  public Relay attend(Child started) {
    command = started;
    reaper = new Reaper(libc, started);
    return this;
  }

  /**
   * Until the command has exited and what it wrote has been delivered.
   *
   * @return the code to exit with in the command's place
   */
  public int run() {
    // Who ended before SIGCHLD was caught has sent none.
    reap();
    drain();
    while (!finished) {
      turn();
    }
    return command.exitCode();
  }

  /** Waits until something happens, and handles it. */
  void turn() {
    terminal.settle(signals, !isEndNear());
    arm();
    int ready = libc.poll(poll, timeout());
    reception.polled();
    if (ready > 0) {
      handle();
    }
    settle();
    drain();
  }

  private void arm() {
    poll.clear();
    poll.watch(Slot.SIGNALS, signals.fd(), PollSet.POLLIN);
    reception.arm(poll);
    if (!inputEnded) {
      input.arm(poll);
    }
    side.arm(poll);
    if (isScreen() && !hungUp) {
      // For its end alone: a command that says nothing would never learn of it.
      poll.watch(Slot.CONSOLE, console.fd(), 0);
    }
    out.arm(poll);
    err.arm(poll);
  }

  private int timeout() {
    if (draining && !isPatient()) {
      long left = Math.max(patience() - (System.nanoTime() - lastProgress), 0);
      return (int) (left / 1_000_000) + 1;
    }
    return reception.isAcceptingLater() ? ACCEPT_AGAIN_MILLIS : FOREVER;
  }

  private void handle() {
    if (poll.revents(Slot.SIGNALS) != 0) {
      handleSignals();
    }
    input.turn(poll);
    // Before the output: what is written once somebody has connected must be theirs. What was
    // written just before they did cannot be told from it.
    if (reception.turn(poll)) {
      receiverChanged();
    }
    side.turn(poll);
    isScreenGone = isScreen() && (poll.revents(Slot.CONSOLE) & Reception.GONE) != 0;
    boolean progress = out.turn(poll) | err.turn(poll);
    if (progress && draining) {
      lastProgress = System.nanoTime();
    }
    input.turnAgain();
  }

  private void handleSignals() {
    int count = signals.read();
    for (int i = 0; i < count; i++) {
      handle(signals.signal(i));
    }
    // After any signal, in case a full pipe had no room for SIGCHLD.
    reap();
  }

  private void handle(int signal) {
    switch (signal) {
      case Signals.SIGCHLD -> {}
      case Signals.SIGTSTP -> terminal.suspend(signals);
      case Signals.SIGHUP, Signals.SIGQUIT -> {
        // Without a command they are meant for who is left.
        stopping |= draining;
        hangingUp = true;
        command.signal(signal);
      }
      case Signals.SIGUSR1, Signals.SIGUSR2 -> command.signal(signal);
      case Signals.SIGCONT -> {
        terminal.continued();
        side.ownSizeChanged();
        command.signal(signal);
      }
      case Signals.SIGWINCH -> {
        side.ownSizeChanged();
        command.signal(signal);
      }
      default -> {
        stopping = true;
        command.signal(Signals.SIGTERM);
      }
    }
  }

  private void reap() {
    reaper.reap();
    if (command.hasExited() && !draining) {
      draining = true;
      lastProgress = System.nanoTime();
      side.commandExited();
    }
  }

  private void receiverChanged() {
    out.receiverChanged();
    err.receiverChanged();
    if (side.clientSize() != null) {
      side.clientSize().clientChanged(clients);
    }
  }

  /** After what happened has been handled: the one place where descriptors are closed. */
  private void settle() {
    reception.closeDone();
    if (side.clientSize() != null) {
      side.clientSize().closeDone();
    }
    if (isOnStdio && !hungUp && (isScreenGone || console.errno() != 0)) {
      // Nobody will ever take it. A program that writes to a pipe is told so, and so is this one:
      // before its input's end, which comes from the same terminal and means less.
      hungUp = true;
      out.abandon();
      side.hangup();
    }
    if (input.hasEnded() && !inputEnded) {
      inputEnded = true;
      side.endInput(input.isWithinLine());
    }
  }

  /** Whether the command is gone, or has been told what most of them die of. */
  private boolean isEndNear() {
    return stopping || hangingUp || draining;
  }

  /** Whether own output is what the command's terminal shows. */
  private boolean isScreen() {
    return isOnStdio && side.isTerminal();
  }

  /** Whether it is the user's own business how long the console takes. */
  private boolean isPatient() {
    return isOnStdio && !stopping;
  }

  private long patience() {
    return stopping ? PATIENCE_WHEN_STOPPING_NANOS : PATIENCE_NANOS;
  }

  private void drain() {
    if (!draining) {
      return;
    }
    if (!drained && side.drain()) {
      drained = true;
      out.finish();
      err.finish();
    }
    if (drained && out.isDelivered() && err.isDelivered()) {
      finished = true;
    } else if (!isPatient() && System.nanoTime() - lastProgress >= patience()) {
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

  /** Why own standard output did not take something of the command's; 0 if it took everything. */
  public int shortfall() {
    return isOnStdio ? console.errno() : 0;
  }

  /** Ends the present client's connection; it reads what it was sent, and then the end. */
  public void close() {
    reception.dismiss();
  }
}
