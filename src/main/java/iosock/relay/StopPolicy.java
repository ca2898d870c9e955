package iosock.relay;

import iosock.child.Child;
import iosock.cli.Seconds;
import iosock.cli.Stopping;
import iosock.posix.Failure;
import iosock.posix.SignalSet;
import iosock.posix.Signals;

/**
 * How a command is stopped: by a text on its standard input, by signals, in the end by SIGKILL; and
 * what becomes of the rest of its process group.
 */
final class StopPolicy {

  /** How long the text may take to be written. */
  private static final long INPUT_TIMEOUT_NANOS = 1_000_000_000L;

  /** How often to look for what is left of a group: nothing tells of its end. */
  private static final long GROUP_INTERVAL_NANOS = 50_000_000L;

  private final Log log;
  private final Child child;
  private final Stopping stopping;
  private final StopInput input;
  private final Deadlines deadlines;

  /** Whether the time after which the command is killed has begun to run. */
  private boolean begun;

  private boolean killed;
  private boolean exitHandled;

  /** The signals that could not be sent, bit N-1 for signal N: each is reported once. */
  private long refused;

  StopPolicy(Log log, Child child, Stopping stopping, StopInput input, Deadlines deadlines) {
    this.log = log;
    this.child = child;
    this.stopping = stopping;
    this.input = input;
    this.deadlines = deadlines;
  }

  /** The command is asked to stop: the first time by the text if there is one. */
  void stop() {
    boolean isFirst = !begun;
    begin();
    if (isFirst && input.hasText() && !child.hasExited()) {
      input.begin();
      deadlines.set(Deadlines.Kind.STOP_INPUT, System.nanoTime() + INPUT_TIMEOUT_NANOS);
    } else {
      sendStopSignal();
    }
  }

  private void begin() {
    if (!begun && stopping.timeoutNanos() != Seconds.NEVER) {
      deadlines.set(Deadlines.Kind.KILL, System.nanoTime() + stopping.timeoutNanos());
    }
    begun = true;
  }

  /** In place of the text, if that is not written by now. */
  private void sendStopSignal() {
    endInput();
    send(stopping.signal());
  }

  private void endInput() {
    input.giveUp();
    deadlines.clear(Deadlines.Kind.STOP_INPUT);
  }

  /** A command that has changed its user cannot be sent signals: kill(2). */
  void send(int signal) {
    int result = child.signal(signal);
    if (result < 0 && !SignalSet.contains(refused, signal)) {
      refused |= SignalSet.bit(signal);
      String operation = "send signal ".concat(Integer.toString(signal)).concat(" to");
      log.log(new Failure(operation, "the command", -result));
    }
  }

  /** Whether signals go to the command's process group. */
  boolean isGroup() {
    return stopping.group();
  }

  /**
   * After a turn: what follows when a time is over.
   *
   * @param hasInputEnded whether the command's input has ended, and so takes no text
   */
  void turnEnded(boolean hasInputEnded) {
    if (deadlines.isSet(Deadlines.Kind.STOP_INPUT)) {
      awaitInput(hasInputEnded);
    }
    if (deadlines.isDue(Deadlines.Kind.KILL)) {
      deadlines.clear(Deadlines.Kind.KILL);
      killed = true;
      send(Signals.SIGKILL);
    }
  }

  private void awaitInput(boolean hasInputEnded) {
    if (input.isWritten()) {
      endInput();
    } else if (hasInputEnded || input.hasFailed() || deadlines.isDue(Deadlines.Kind.STOP_INPUT)) {
      sendStopSignal();
    }
  }

  /**
   * Once the command has exited: what is left of its group is asked to stop, and is waited for as
   * long as the command would have been.
   *
   * @return whether it is to be waited for
   */
  boolean isGroupLeft() {
    if (!exitHandled) {
      exitHandled = true;
      endInput();
      stopGroup();
    }
    boolean isWaitedFor = begun && stopping.timeoutNanos() != Seconds.NEVER && !killed;
    if (isWaitedFor && child.isGroupLeft()) {
      deadlines.set(Deadlines.Kind.GROUP, System.nanoTime() + GROUP_INTERVAL_NANOS);
      return true;
    }
    child.leaveGroup();
    deadlines.clear(Deadlines.Kind.KILL);
    deadlines.clear(Deadlines.Kind.GROUP);
    return false;
  }

  private void stopGroup() {
    if (child.isGroupLeft()) {
      begin();
      send(stopping.signal());
      // A stopped process handles a signal only once it goes on.
      send(Signals.SIGCONT);
    }
  }
}
