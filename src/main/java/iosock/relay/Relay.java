package iosock.relay;

import static iosock.posix.Failure.check;

import iosock.flow.Fanout;
import iosock.flow.Pump;
import iosock.flow.Shortage;
import iosock.flow.Source;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import iosock.signal.SignalPipe;
import iosock.tty.JobControl;
import iosock.tty.OwnTerminal;
import java.util.List;

/**
 * The loop, one for all modes: one poll(2), in which everything that can happen is a descriptor.
 *
 * <p>What is waited for is derived from the state before each poll; what has happened is handled
 * after it, in a fixed order; descriptors are closed last.
 */
final class Relay {

  /** Descriptors that are polled beside those of the clients. */
  private static final int OWN_DESCRIPTORS = 16;

  private static final int FOREVER = -1;

  private final Libc libc;
  private final Log log;
  private final SignalPipe signals;
  private final OwnTerminal terminal;
  private final JobControl jobs;
  private final Endpoint near;
  private final Audience audience;
  private final Clients clients;
  private final List<Acceptor> acceptors;
  private final Pump inbound;
  private final Outbound outbound;
  private final Deadlines deadlines;
  private final Shortage shortage;
  private final Watch signalled;
  private final PollSet poll;
  private boolean inputErrorLogged;

  /**
   * @param input where what goes to the near side comes from
   * @param consoles for each output of the near side, what takes it while there is no client
   */
  Relay(
      Context context,
      Endpoint near,
      Audience audience,
      Source input,
      List<Fanout.Console> consoles,
      Deadlines deadlines,
      Stalls stalls) {
    libc = context.libc();
    log = context.log();
    signals = context.signals();
    terminal = context.terminal();
    jobs = new JobControl(libc, signals);
    this.near = near;
    this.audience = audience;
    clients = audience.clients();
    acceptors = audience.acceptors();
    this.deadlines = deadlines;
    shortage = near.shortage();
    inbound = Pump.fill(input, near.input(), shortage);
    outbound = new Outbound(libc, near, audience, consoles, stalls);
    signalled = new Watch(signals.fd());
    // Beside a socket there may be a channel for sizes, and a pipe for each output.
    poll = new PollSet(OWN_DESCRIPTORS + audience.capacity() * (2 + outbound.count()));
  }

  /**
   * Until the mode is over.
   *
   * @return the code to exit with
   */
  int run(Lifecycle life) {
    // A child that exited before SIGCHLD was caught has sent none.
    life.reap();
    finishTurn(life);
    while (!life.isOver()) {
      turn(life);
    }
    // Clients that have connected meanwhile read end of file, and not an error. Those of an
    // inherited socket wait for its next server.
    leavePending();
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).accept(true);
    }
    return life.exitCode();
  }

  /** Waits until something happens, and handles it. */
  void turn(Lifecycle life) {
    turn(life, FOREVER);
  }

  /**
   * @param timeout 0 so as not to wait; -1 to wait, until the next deadline at most
   * @return whether something has happened
   */
  boolean turn(Lifecycle life, int timeout) {
    terminal.enterRawModeIfForeground(jobs, life.maySuspend());
    boolean isRetry = endShortageRound();
    arm(life);
    int least = isRetry ? 0 : deadlines.millisLeft();
    int ready = poll.poll(libc, least < 0 || timeout == 0 ? timeout : least);
    boolean hasHappened = ready > 0 || isRetry;
    if (hasHappened) {
      dispatch(life);
    } else if (!Errno.isTemporary(ready)) {
      check(ready, "wait for", "events");
    }
    finishTurn(life);
    return hasHappened;
  }

  private void arm(Lifecycle life) {
    poll.clear();
    poll.watch(signalled, PollSet.POLLIN);
    life.arm(poll);
    near.arm(poll);
    inbound.arm(poll);
    outbound.arm(poll);
    clients.arm(poll);
    audience.observers().arm(poll);
    // Last, since the kernel looks in this order: output that was written after connect(2) had
    // returned is then never seen without the connection.
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).arm(poll);
    }
  }

  /**
   * @return whether what has paused for want of memory goes on
   */
  private boolean endShortageRound() {
    if (!shortage.isNoted()) {
      return false;
    }
    deadlines.set(Deadlines.Kind.RETRY, shortage.end());
    if (!deadlines.isDue(Deadlines.Kind.RETRY)) {
      return false;
    }
    deadlines.clear(Deadlines.Kind.RETRY);
    shortage.endRound();
    return true;
  }

  private void handleSignals(Lifecycle life) {
    int count = signals.read();
    for (int i = 0; i < count; i++) {
      if (signals.isFromKernel(i)) {
        life.kernelSignal(signals.signal(i));
      } else {
        life.signal(signals.signal(i));
      }
    }
    // After any signal, in case a full pipe had no space for SIGCHLD.
    life.reap();
  }

  private void dispatch(Lifecycle life) {
    if (signalled.revents() != 0) {
      handleSignals(life);
    }
    if (terminal.isRawModePending() && life.maySuspend()) {
      // Output that is written before is changed by the terminal: ONLCR, termios(3).
      return;
    }
    moveBytes(life);
  }

  private void moveBytes(Lifecycle life) {
    if (clients.receiveNotice()) {
      life.noticeReceived();
    }
    // Before new clients are accepted, so that it is known which client sent it.
    boolean isInputFilled = inbound.turn(false) > 0;
    clients.detachGone();
    audience.observers().closeGone();
    boolean isOutputFilled = near.turn(isInputFilled);
    accept();
    // Before the output: what is written after connect(2) has returned must go to that client.
    outbound.changeReceivers(near);
    if (outbound.turn(isOutputFilled)) {
      life.progress();
    }
  }

  /** Of clients that are gone: what they had sent is not polled for, as nothing comes after it. */
  private void drainInput() {
    while (clients.isDraining() && inbound.mayMove()) {
      inbound.move(true);
    }
  }

  private void accept() {
    // With no client the console takes output. A client that connects just now is to get what the
    // command writes from now on, so the console takes no more than there is before this looks.
    boolean isForConsole = !acceptors.isEmpty() && !clients.hasReceiver();
    if (isForConsole) {
      outbound.limitTurnToPending();
    }
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).accept(isForConsole && i == 0);
    }
  }

  /** What follows from a turn; the one place where connections are closed. */
  private void finishTurn(Lifecycle life) {
    do {
      outbound.endReplaced();
      drainInput();
      logErrors();
      outbound.finishTurn();
      life.turnEnded();
      // The end of a mode may depend on those that are dropped.
    } while (dropStalled(life));
    outbound.finishTurn();
    near.clientsChanged(clients);
    audience.closeMarked();
    near.closeMarked();
  }

  /**
   * @return whether a receiver was closed that had taken nothing for too long
   */
  private boolean dropStalled(Lifecycle life) {
    int clientsDropped = outbound.dropStalledClients();
    for (int i = 0; i < clientsDropped; i++) {
      life.clientDropped();
    }
    return outbound.dropStalledObservers() || clientsDropped > 0;
  }

  /** SIGTSTP has arrived: stops, with the terminal's settings restored meanwhile. */
  void suspend() {
    terminal.suspend(jobs);
  }

  /** Whether nothing more comes from peers. */
  boolean hasInputEnded() {
    return inbound.hasEnded();
  }

  /** Nothing more is taken from peers. */
  void stopReceiving() {
    inbound.end();
  }

  Outbound outbound() {
    return outbound;
  }

  /** A client that connects to an inherited socket from now on is for its next server. */
  void leavePending() {
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).leavePending();
    }
  }

  private void logErrors() {
    clients.dropFailed(log);
    near.logErrors(log);
    boolean isError = inbound.errno() != 0 && inbound.errno() != Errno.EPIPE;
    if (isError && !inputErrorLogged) {
      inputErrorLogged = true;
      log.log(new Failure("read from", "standard input", inbound.errno()));
    }
  }

  /** Ends each connection: the peer reads what it was sent, and then end of file. */
  void close() {
    audience.close();
  }
}
