package iosock.relay;

import iosock.child.Child;
import iosock.child.Reaper;
import iosock.flow.Source;
import iosock.flow.StandardOutput;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.tty.OwnTerminal;

/** A command runs: signals go to the command, and all is over when its output is drained. */
final class CommandLifecycle implements Lifecycle {

  /** How long a receiver may take nothing, once the command has exited. */
  private static final long DRAIN_TIMEOUT_NANOS = 5_000_000_000L;

  /** The same after SIGTERM or SIGINT. */
  private static final long STOPPING_DRAIN_TIMEOUT_NANOS = 1_000_000_000L;

  private enum Phase {
    RUNNING,
    /** The command has exited, and the near side may still hold output of it. */
    COLLECTING,
    /** All of the output is in the pipes. */
    DRAINING,
    OVER
  }

  private final Child child;
  private final Reaper reaper;
  private final CommandEndpoint near;
  private final Relay relay;
  private final Clients clients;
  private final Deadlines deadlines;
  private final OwnTerminal terminal;
  private final Source input;
  private final StandardOutput stdout;
  private final boolean isOnStdio;
  private Phase phase = Phase.RUNNING;
  private boolean stopping;
  private boolean hangupSent;
  private boolean inputEnded;
  private boolean hungUp;
  private long lastProgress;

  /**
   * @param isOnStdio whether the command is on iosock's own standard input and output
   */
  CommandLifecycle(
      Libc libc,
      Child child,
      CommandEndpoint near,
      Relay relay,
      Clients clients,
      Deadlines deadlines,
      OwnTerminal terminal,
      Source input,
      StandardOutput stdout,
      boolean isOnStdio) {
    this.child = child;
    reaper = new Reaper(libc, child);
    this.near = near;
    this.relay = relay;
    this.clients = clients;
    this.deadlines = deadlines;
    this.terminal = terminal;
    this.input = input;
    this.stdout = stdout;
    this.isOnStdio = isOnStdio;
  }

  @Override
  public void arm(PollSet poll) {
    if (isScreen() && !hungUp) {
      // For its end alone: a command that writes nothing would never learn of it.
      stdout.armHangup(poll);
    }
  }

  @Override
  public void signal(int signal) {
    switch (signal) {
      case Signals.SIGCHLD -> {}
      case Signals.SIGTSTP -> relay.suspend();
      case Signals.SIGHUP, Signals.SIGQUIT -> {
        // Once the command has exited they are meant for iosock, which is what is left.
        stopping |= phase != Phase.RUNNING;
        hangupSent = true;
        child.signal(signal);
      }
      case Signals.SIGUSR1, Signals.SIGUSR2 -> child.signal(signal);
      case Signals.SIGCONT -> {
        terminal.continued();
        near.ownSizeChanged();
        child.signal(signal);
      }
      case Signals.SIGWINCH -> {
        near.ownSizeChanged();
        child.signal(signal);
      }
      default -> {
        stopping = true;
        child.signal(Signals.SIGTERM);
      }
    }
  }

  @Override
  public void reap() {
    reaper.reap();
    if (child.hasExited() && phase == Phase.RUNNING) {
      phase = Phase.COLLECTING;
      progress();
    }
  }

  @Override
  public void settle() {
    if (isOnStdio && !hungUp && isOutputGone()) {
      // As a program that writes to a pipe without a reader is told. Before the end of its input,
      // which comes from the same terminal and means less.
      hungUp = true;
      relay.discardOutput();
      near.hangup();
    }
    if (relay.hasInputEnded() && !inputEnded) {
      inputEnded = true;
      near.endInput(input.isMidLine());
    }
    drain();
  }

  private boolean isOutputGone() {
    return isScreen() && stdout.isHungUp() || stdout.errno() != 0;
  }

  /** Whether own standard output shows what the command's terminal shows. */
  private boolean isScreen() {
    return isOnStdio && near.isTerminal();
  }

  private void drain() {
    if (phase == Phase.COLLECTING && near.collectOutput()) {
      phase = Phase.DRAINING;
      relay.limitOutputToPending();
    }
    if (phase == Phase.DRAINING && relay.isOutputDrained()) {
      phase = Phase.OVER;
    }
    if (phase == Phase.COLLECTING || phase == Phase.DRAINING) {
      setDeadline();
      if (deadlines.isDue(Deadlines.Kind.DRAIN)) {
        drainTimedOut();
      }
    }
  }

  /** How long standard output takes is the user's own business, unless iosock is to stop. */
  private void setDeadline() {
    if (stopping) {
      deadlines.set(Deadlines.Kind.DRAIN, lastProgress + STOPPING_DRAIN_TIMEOUT_NANOS);
    } else if (!isOnStdio) {
      deadlines.set(Deadlines.Kind.DRAIN, lastProgress + DRAIN_TIMEOUT_NANOS);
    }
  }

  /** What a client has not taken goes to the console; what the console has not taken is lost. */
  private void drainTimedOut() {
    if (clients.hasReceiver()) {
      clients.dropReceivers();
      progress();
    } else {
      phase = Phase.OVER;
    }
  }

  @Override
  public void progress() {
    if (phase != Phase.RUNNING) {
      lastProgress = System.nanoTime();
    }
  }

  @Override
  public boolean mayStop() {
    boolean isTerminating = stopping || hangupSent || phase != Phase.RUNNING;
    return !isTerminating;
  }

  @Override
  public boolean isOver() {
    return phase == Phase.OVER;
  }

  @Override
  public int exitCode() {
    return child.exitCode();
  }
}
