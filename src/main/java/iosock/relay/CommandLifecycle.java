package iosock.relay;

import iosock.child.Child;
import iosock.child.Reaper;
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
  private static final long TERMINATING_DRAIN_TIMEOUT_NANOS = 1_000_000_000L;

  private enum Phase {
    RUNNING,
    /** The command and its group have exited, and the near side may still hold output of it. */
    COLLECTING,
    /** All of the output is in the pipes. */
    DRAINING,
    OVER
  }

  private final Libc libc;
  private final Log log;
  private final StopPolicy stop;
  private final Child child;
  private final Reaper reaper;
  private final CommandEndpoint near;
  private final Relay relay;
  private final Clients clients;
  private final Deadlines deadlines;
  private final Stalls stalls;
  private final OwnTerminal terminal;
  private final StopInput input;
  private final StandardOutput stdout;
  private final boolean isOnStdio;
  private final ServiceManager manager;
  private Phase phase = Phase.RUNNING;
  private boolean terminating;
  private boolean hangupForwarded;
  private boolean inputEnded;
  private boolean outputClosed;
  private long lastProgress;

  /**
   * @param isOnStdio whether the command is on iosock's own standard input and output
   * @param manager has been told that the command runs
   */
  CommandLifecycle(
      Context context,
      Child child,
      StopPolicy stop,
      CommandEndpoint near,
      Relay relay,
      Clients clients,
      Deadlines deadlines,
      Stalls stalls,
      StopInput input,
      StandardOutput stdout,
      boolean isOnStdio,
      ServiceManager manager) {
    libc = context.libc();
    log = context.log();
    terminal = context.terminal();
    this.child = child;
    this.stop = stop;
    reaper = new Reaper(libc, child);
    this.near = near;
    this.relay = relay;
    this.clients = clients;
    this.deadlines = deadlines;
    this.stalls = stalls;
    this.input = input;
    this.stdout = stdout;
    this.isOnStdio = isOnStdio;
    this.manager = manager;
  }

  @Override
  public void arm(PollSet poll) {
    manager.arm(poll);
    if (isScreen() && !outputClosed) {
      // For its end alone: a command that writes nothing would never learn of it.
      stdout.armHangup(poll);
    }
  }

  @Override
  public void signal(int signal) {
    if (signal == Signals.SIGCHLD) {
      return;
    }
    if (signal == Signals.SIGTSTP && !isInit()) {
      suspend();
      return;
    }
    notice(signal);
    if (isStop(signal)) {
      stop.stop();
    } else {
      stop.send(signal);
    }
  }

  @Override
  public void kernelSignal(int signal) {
    if (signal == Signals.SIGTSTP && isInit()) {
      // From a key. Process 1 has no shell that could have the command go on.
      return;
    }
    if (isForGroup(signal) && child.isInOwnGroup()) {
      // The command has got it too.
      notice(signal);
    } else {
      signal(signal);
    }
  }

  /**
   * Whether the kernel sends such a signal to a whole process group: for a key of the terminal, or
   * when the terminal changes its size or hangs up. A hangup, SIGHUP with SIGCONT, is sent to the
   * leader of the session alone. Other signals of the kernel come from timers and limits of this
   * process.
   */
  private boolean isForGroup(int signal) {
    return switch (signal) {
      case Signals.SIGINT, Signals.SIGQUIT, Signals.SIGWINCH -> true;
      case Signals.SIGHUP, Signals.SIGCONT -> libc.getsid(0) != libc.getpid();
      default -> false;
    };
  }

  /**
   * On a terminal iosock stops as any job does that is told to, or a shell would wait for it; a
   * command with a group of its own stops with it, and goes on with it by SIGCONT.
   */
  private void suspend() {
    if (!stop.isGroup()) {
      relay.suspend();
      return;
    }
    stop.send(Signals.SIGTSTP);
    if (terminal.exists()) {
      relay.suspend();
      // Without a shell iosock was not stopped, and there is nothing that sends SIGCONT.
      stop.send(Signals.SIGCONT);
    }
  }

  /** Process 1 cannot be stopped. */
  private boolean isInit() {
    return libc.getpid() == 1;
  }

  /** Whether a signal asks to stop the command. The last two are caught for a raw terminal only. */
  private static boolean isStop(int signal) {
    return switch (signal) {
      case Signals.SIGTERM, Signals.SIGINT, Signals.SIGABRT, Signals.SIGSYS -> true;
      default -> false;
    };
  }

  /** What a signal means for iosock itself. */
  private void notice(int signal) {
    switch (signal) {
      case Signals.SIGHUP, Signals.SIGQUIT -> {
        // Once the command has exited they are meant for iosock, which is what is left.
        terminating |= phase != Phase.RUNNING;
        hangupForwarded = true;
      }
      case Signals.SIGCONT -> {
        terminal.continued();
        near.ownSizeChanged();
      }
      case Signals.SIGWINCH -> near.ownSizeChanged();
      default -> {
        if (isStop(signal)) {
          terminating = true;
          manager.stopping();
        }
      }
    }
  }

  @Override
  public void reap() {
    reaper.reap();
    noticeExit();
  }

  private void noticeExit() {
    if (phase == Phase.RUNNING && child.hasExited() && !stop.isGroupLeft()) {
      phase = Phase.COLLECTING;
      progress();
      relay.outbound().forgetStalls();
    }
  }

  @Override
  public void turnEnded() {
    stop.turnEnded(relay.hasInputEnded());
    noticeExit();
    manager.turn();
    if (isOnStdio && !outputClosed && isOutputGone()) {
      // As a program that writes to a pipe without a reader is told. Before the end of its input,
      // which comes from the same terminal and means less.
      outputClosed = true;
      relay.outbound().discardFirst();
      near.hangup();
    }
    if (relay.hasInputEnded() && !inputEnded) {
      inputEnded = true;
      near.endInput(input.isMidLine());
    }
    drain();
  }

  private boolean isOutputGone() {
    return stdout.errno() != 0 || isScreen() && (stdout.isHungUp() || hasScreenGoneWithInput());
  }

  /** A terminal's input ends with its hangup, perhaps between poll(2) and the reading. */
  private boolean hasScreenGoneWithInput() {
    return relay.hasInputEnded() && !inputEnded && stdout.isHungUpNow();
  }

  /** Whether own standard output shows what the command's terminal shows. */
  private boolean isScreen() {
    return isOnStdio && near.isTerminal();
  }

  private void drain() {
    if (phase != Phase.RUNNING) {
      relay.leavePending();
    }
    if (phase == Phase.COLLECTING && near.collectOutput()) {
      phase = Phase.DRAINING;
      relay.outbound().limitToPending();
    }
    if (phase == Phase.DRAINING && relay.outbound().isDrained()) {
      phase = Phase.OVER;
    }
    if (phase == Phase.COLLECTING || phase == Phase.DRAINING) {
      limitDrain();
    }
  }

  /** A slow reader of iosock's own standard output is waited for, unless iosock is to terminate. */
  private void limitDrain() {
    if (terminating) {
      limitDrain(TERMINATING_DRAIN_TIMEOUT_NANOS);
    } else if (!isOnStdio) {
      limitDrain(DRAIN_TIMEOUT_NANOS);
    }
  }

  /**
   * Each receiver that takes nothing for so long is closed. What only a client should have had goes
   * to the console, whose time begins when no client is waited for; what the console has not taken
   * then is lost.
   */
  private void limitDrain(long nanos) {
    stalls.limitClients(nanos);
    stalls.limitObservers(nanos);
    if (relay.outbound().isReceiverWaitedFor()) {
      progress();
      deadlines.clear(Deadlines.Kind.DRAIN);
      return;
    }
    deadlines.set(Deadlines.Kind.DRAIN, lastProgress + nanos);
    if (deadlines.isDue(Deadlines.Kind.DRAIN)) {
      phase = Phase.OVER;
    }
  }

  @Override
  public void clientDropped() {
    if (phase == Phase.RUNNING) {
      log.logStalled(stalls.timeout());
    }
  }

  @Override
  public void progress() {
    if (phase != Phase.RUNNING) {
      lastProgress = System.nanoTime();
    }
  }

  @Override
  public boolean maySuspend() {
    boolean isEnding = terminating || hangupForwarded || phase != Phase.RUNNING;
    return !isEnding;
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
