package iosock.relay;

import static iosock.posix.Failure.check;

import iosock.flow.Fanout;
import iosock.flow.PipeReader;
import iosock.flow.Pump;
import iosock.flow.Shortage;
import iosock.flow.Sink;
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
  private final ErrorLog log;
  private final SignalPipe signals;
  private final OwnTerminal terminal;
  private final JobControl jobs;
  private final Endpoint near;
  private final Clients clients;
  private final Acceptor[] acceptors;
  private final Pump inbound;
  private final Fanout[] outbound;
  private final Deadlines deadlines;
  private final Shortage shortage;
  private final Watch signalled;
  private final PollSet poll;
  private boolean inputErrorLogged;

  /** Whether errors were moved first in the last turn, and there are more of them. */
  private boolean errorsHadTurn;

  /**
   * @param input where what goes to the near side comes from
   * @param fallbacks for each output of the near side, what takes it while there is no client
   */
  Relay(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      OwnTerminal terminal,
      Endpoint near,
      Clients clients,
      Acceptor[] acceptors,
      Source input,
      Sink[] fallbacks,
      Deadlines deadlines) {
    this.libc = libc;
    this.log = log;
    this.signals = signals;
    this.terminal = terminal;
    jobs = new JobControl(libc, signals);
    this.near = near;
    this.clients = clients;
    this.acceptors = acceptors;
    this.deadlines = deadlines;
    shortage = near.shortage();
    inbound = Pump.fill(input, near.input(), shortage);
    List<PipeReader> outputs = near.outputs();
    outbound = new Fanout[outputs.size()];
    for (int i = 0; i < outputs.size(); i++) {
      outbound[i] = new Fanout(libc, outputs.get(i), fallbacks[i], clients.capacity(), shortage);
    }
    signalled = new Watch(signals.fd());
    // Beside a client's socket there may be a pipe for each output.
    poll = new PollSet(OWN_DESCRIPTORS + clients.capacity() * (1 + outputs.size()));
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
    for (Fanout output : outbound) {
      output.arm(poll);
    }
    clients.arm(poll);
    // Last, since the kernel looks in this order: output that was written after connect(2) had
    // returned is then never seen without the connection.
    for (Acceptor acceptor : acceptors) {
      acceptor.arm(poll);
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
    clients.receiveRejection();
    // Before new clients are accepted, so that it is known which client sent it.
    boolean isInputFilled = inbound.turn(false) > 0;
    clients.detachGone();
    boolean isOutputFilled = near.turn(isInputFilled);
    // Then a client that connects just now is to get what the command writes from now on.
    boolean isForFallback = acceptors.length > 0 && !clients.hasReceiver();
    if (isForFallback) {
      for (Fanout output : outbound) {
        output.limitTurnToPending();
      }
    }
    for (Acceptor acceptor : acceptors) {
      // A client may have connected since the poll.
      acceptor.accept(isForFallback);
    }
    // Before the output: what is written after connect(2) has returned must go to that client.
    changeReceivers();
    turnOutputs(life, isOutputFilled);
    while (clients.isDraining() && inbound.mayMove()) {
      // Not polled for: nothing comes after what is there.
      inbound.move(true);
    }
  }

  /**
   * Where one output waits for a full receiver, errors come first, in turn: else standard output
   * would hold them back until it ends, or overtake them.
   */
  private void turnOutputs(Lifecycle life, boolean isFilled) {
    int errors = outbound.length - 1;
    boolean isBlocked = outbound[0].isBlocked() || outbound[errors].isBlocked();
    int first = isBlocked && !errorsHadTurn ? errors : 0;
    boolean hasFirstMoved = outbound[first].turn(isFilled);
    errorsHadTurn = first > 0 && hasFirstMoved && outbound[first].isBlocked();
    boolean hasMoved = hasFirstMoved;
    for (int i = 0; i < outbound.length; i++) {
      hasMoved |= i != first && outbound[i].turn(isFilled);
    }
    if (hasMoved) {
      life.progress();
    }
  }

  private void changeReceivers() {
    near.clientsChanged(clients);
    updateOutputs();
    for (int i = 0; i < clients.count(); i++) {
      Client client = clients.get(i);
      if (client.takeNew()) {
        attach(client);
      }
    }
  }

  private void attach(Client client) {
    boolean isAdded = true;
    for (Fanout output : outbound) {
      isAdded = isAdded && output.add(client);
    }
    if (isAdded) {
      near.clientAttached(client);
    } else {
      client.fail(Errno.EMFILE);
    }
  }

  private void updateOutputs() {
    for (Fanout output : outbound) {
      output.update();
    }
  }

  /** What follows from a turn; the one place where descriptors are closed. */
  private void finishTurn(Lifecycle life) {
    life.turnEnded();
    logErrors();
    updateOutputs();
    clients.closeMarked();
    near.closeMarked();
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

  /** What the outputs hold now is all that is to be delivered. */
  void limitOutputToPending() {
    for (Fanout output : outbound) {
      output.limitToPending();
    }
  }

  /** Whether all output that was to be delivered has been taken. */
  boolean isOutputDrained() {
    for (Fanout output : outbound) {
      if (!output.isDrained()) {
        return false;
      }
    }
    return true;
  }

  /** Nothing takes standard output any more; errors still have their own output. */
  void discardOutput() {
    outbound[0].discard();
  }

  /** How many bytes of output wait to be taken. */
  long outputPending() {
    long pending = 0;
    for (Fanout output : outbound) {
      pending += output.pending();
    }
    return pending;
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
    clients.closeGracefully();
  }
}
