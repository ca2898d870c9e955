package iosock.relay;

import static iosock.posix.Failure.check;

import iosock.flow.Fanout;
import iosock.flow.Overflow;
import iosock.flow.PipeReader;
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
  private final Observers observers;
  private final List<Acceptor> acceptors;
  private final Pump inbound;
  private final Fanout[] outbound;
  private final Deadlines deadlines;
  private final Stalls stalls;
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
    observers = audience.observers();
    acceptors = audience.acceptors();
    this.deadlines = deadlines;
    this.stalls = stalls;
    shortage = near.shortage();
    inbound = Pump.fill(input, near.input(), shortage);
    List<PipeReader> outputs = near.outputs();
    outbound = new Fanout[outputs.size()];
    for (int i = 0; i < outbound.length; i++) {
      outbound[i] =
          new Fanout(
              libc,
              outputs.get(i),
              consoles.get(i),
              audience.capacity(),
              audience.history(),
              shortage);
    }
    signalled = new Watch(signals.fd());
    // Beside a socket there may be a channel for sizes, and a pipe for each output.
    poll = new PollSet(OWN_DESCRIPTORS + audience.capacity() * (2 + outbound.length));
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
    observers.arm(poll);
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
    observers.closeGone();
    boolean isOutputFilled = near.turn(isInputFilled);
    accept();
    // Before the output: what is written after connect(2) has returned must go to that client.
    changeReceivers();
    sendReplays();
    for (Fanout output : outbound) {
      if (output.turn(isOutputFilled)) {
        life.progress();
      }
    }
    while (clients.isDraining() && inbound.mayMove()) {
      // Not polled for: nothing comes after what is there.
      inbound.move(true);
    }
  }

  private void accept() {
    // With no client the console takes output. A client that connects just now is to get what the
    // command writes from now on, so the console takes no more than there is before this looks.
    boolean isForConsole = !acceptors.isEmpty() && !clients.hasReceiver();
    if (isForConsole) {
      for (Fanout output : outbound) {
        output.limitTurnToPending();
      }
    }
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).accept(isForConsole && i == 0);
    }
  }

  private void changeReceivers() {
    near.clientsChanged(clients);
    updateOutputs();
    finishLeaving();
    for (int i = 0; i < clients.count(); i++) {
      Client client = clients.get(i);
      if (client.takeNew() && !client.isLeaving() && attach(client, Overflow.WAIT)) {
        near.clientAttached(client);
      }
    }
    for (int i = 0; i < observers.count(); i++) {
      if (observers.get(i).takeNew()) {
        attach(observers.get(i), Overflow.CLOSE);
      }
    }
  }

  /**
   * @return whether it gets the output now: not if there are no descriptors left
   */
  private boolean attach(Client client, Overflow overflow) {
    boolean isAdded = true;
    for (Fanout output : outbound) {
      isAdded = isAdded && output.add(client, overflow);
    }
    if (isAdded) {
      client.beginReplay(overflow);
    } else {
      client.fail(Errno.EMFILE);
    }
    return isAdded;
  }

  /** Before other clients take their places: these get what they are owed, and nothing more. */
  private void finishLeaving() {
    for (int i = 0; i < clients.count(); i++) {
      if (clients.get(i).takeLeaving()) {
        for (Fanout output : outbound) {
          output.finish(clients.get(i));
        }
      }
    }
  }

  private void endLeaving() {
    for (int i = clients.count() - 1; i >= 0; i--) {
      Client client = clients.get(i);
      if (client.isLeaving() && !isWaitedFor(client)) {
        clients.endLeaving(i);
      }
    }
  }

  private boolean isWaitedFor(Client client) {
    boolean isWaitedFor = client.isReplayPending();
    for (Fanout output : outbound) {
      isWaitedFor |= !output.hasFinished(client);
    }
    return isWaitedFor && client.isOpen();
  }

  private void sendReplays() {
    for (int i = 0; i < clients.count(); i++) {
      clients.get(i).sendReplay(shortage);
    }
    for (int i = 0; i < observers.count(); i++) {
      observers.get(i).sendReplay(shortage);
    }
  }

  /** Closes the receivers that have taken nothing for too long. */
  private void dropStalled(Lifecycle life) {
    if (!stalls.begin()) {
      return;
    }
    for (int i = clients.count() - 1; i >= 0; i--) {
      if (stalls.hasClientStalled(clients.get(i), isOutputWaiting(clients.get(i)))) {
        clients.drop(i);
        life.clientDropped();
      }
    }
    for (int i = 0; i < observers.count(); i++) {
      if (stalls.hasObserverStalled(observers.get(i), isOutputWaiting(observers.get(i)))) {
        observers.get(i).fallBehind();
      }
    }
  }

  private boolean isOutputWaiting(Client receiver) {
    boolean isWaiting = receiver.isReplayPending();
    for (Fanout output : outbound) {
      isWaiting |= output.isWaitingFor(receiver);
    }
    return isWaiting;
  }

  /** For how long receivers have taken nothing counts from now on. */
  void forgetStalls() {
    for (int i = 0; i < clients.count(); i++) {
      clients.get(i).forgetStall();
    }
    for (int i = 0; i < observers.count(); i++) {
      observers.get(i).forgetStall();
    }
  }

  private void updateOutputs() {
    for (Fanout output : outbound) {
      output.update();
    }
  }

  /** What follows from a turn; the one place where descriptors are closed. */
  private void finishTurn(Lifecycle life) {
    dropStalled(life);
    endLeaving();
    life.turnEnded();
    logErrors();
    updateOutputs();
    observers.closeUseless();
    audience.closeMarked();
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
    return !isReplayPending();
  }

  private boolean isReplayPending() {
    boolean isPending = false;
    for (int i = 0; i < clients.count(); i++) {
      isPending |= clients.get(i).isReplayPending();
    }
    for (int i = 0; i < observers.count(); i++) {
      isPending |= observers.get(i).isReplayPending();
    }
    return isPending;
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
    audience.close();
  }
}
