package iosock.relay;

import iosock.child.ExitCode;
import iosock.child.Reaper;
import iosock.cli.Seconds;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Signals;
import iosock.socket.Notice;
import iosock.tty.OwnTerminal;
import java.util.List;

/**
 * iosock's own standard input and output are joined to peers. Signals end it; otherwise it is over
 * when nothing more can go either way, or when the user detaches.
 */
final class PeerLifecycle implements Lifecycle {

  /** How long what was typed before the detach key may take. */
  private static final long DETACH_TIMEOUT_NANOS = 1_000_000_000L;

  /** How long an observer may take nothing, once the input has ended. */
  private static final long OBSERVER_TIMEOUT_NANOS = 5_000_000_000L;

  private static final long NOTHING = -1;

  private final Log log;
  private final StdioEndpoint near;
  private final Relay relay;
  private final Clients clients;
  private final List<Acceptor> acceptors;
  private final ClientInput input;
  private final Deadlines deadlines;
  private final Stalls stalls;
  private final OwnTerminal terminal;
  private final long waitNanos;
  private final Reaper orphans;
  private boolean halfClosed;
  private boolean detaching;
  private boolean inputEnded;
  private boolean observing;

  /** How many bytes had come when the wait for more began. */
  private long receivedBefore = NOTHING;

  private boolean over;
  private int exitCode;

  /**
   * @param waitNanos after the end of the input, for how long nothing may come before all is over
   */
  PeerLifecycle(
      Context context,
      StdioEndpoint near,
      Relay relay,
      Audience audience,
      ClientInput input,
      Deadlines deadlines,
      Stalls stalls,
      long waitNanos) {
    log = context.log();
    terminal = context.terminal();
    this.near = near;
    this.relay = relay;
    clients = audience.clients();
    acceptors = audience.acceptors();
    this.input = input;
    this.deadlines = deadlines;
    this.stalls = stalls;
    this.waitNanos = waitNanos;
    orphans = new Reaper(context.libc());
  }

  @Override
  public void signal(int signal) {
    switch (signal) {
      case Signals.SIGCHLD, Signals.SIGURG -> {}
      case Signals.SIGTSTP -> relay.suspend();
      case Signals.SIGCONT -> {
        terminal.continued();
        near.ownSizeChanged();
      }
      case Signals.SIGWINCH -> near.ownSizeChanged();
      default -> end(ExitCode.ofSignal(signal));
    }
  }

  @Override
  public void reap() {
    orphans.reap();
  }

  @Override
  public void turnEnded() {
    checkStdout();
    checkKeyboard();
    checkInput();
    if (relay.outbound().isDrained()) {
      closeNew();
      halfClose();
      awaitMore();
    }
    if (nothingMoreComes()) {
      near.limitToPending();
      if (near.isDrained() || isDetachTimedOut()) {
        end(hasFailed() ? ExitCode.FAILED : 0);
      }
    }
  }

  private void checkStdout() {
    if (near.errno() == Errno.EPIPE) {
      // As a program ends that does not catch SIGPIPE: without a message.
      end(ExitCode.ofSignal(Signals.SIGPIPE));
    } else if (near.errno() != 0) {
      throw new Failure("write to", "standard output", near.errno());
    }
  }

  /** A server that does not read what it is sent is sent nothing. */
  @Override
  public void noticeReceived() {
    if (!observing && clients.notice() == Notice.OBSERVING) {
      observing = true;
      clients.get(0).discardOutput();
      log.logObserving();
    }
  }

  private void checkKeyboard() {
    if (detaching) {
      return;
    }
    if (near.isKeyPressed()) {
      detaching = true;
      deadlines.set(Deadlines.Kind.DETACH, System.nanoTime() + DETACH_TIMEOUT_NANOS);
      near.stopReading();
      relay.stopReceiving();
    } else if (near.isRaw() && near.hasInputEnded()) {
      // A raw terminal's input ends only where it is hung up, even if the signal is ignored.
      end(ExitCode.ofSignal(Signals.SIGHUP));
    }
  }

  private void checkInput() {
    if (near.hasInputEnded()) {
      relay.outbound().limitToPending();
      // A client is waited for, an observer is not.
      stalls.limitObservers(OBSERVER_TIMEOUT_NANOS);
      if (!inputEnded && near.inputErrno() != 0) {
        log.log(new Failure("read from", "standard input", near.inputErrno()));
      }
      inputEnded = true;
    }
  }

  private void closeNew() {
    for (int i = 0; i < acceptors.size(); i++) {
      acceptors.get(i).closeNew();
    }
  }

  private void halfClose() {
    if (!clients.isEmpty() && !halfClosed) {
      halfClosed = true;
      clients.shutdownSending();
    }
  }

  @Override
  public void clientDropped() {
    log.logStalled(stalls.timeout());
  }

  /**
   * Once the input has ended: whatever comes begins the wait anew. It begins when standard output
   * has taken what has come: until then more may wait behind it.
   */
  private void awaitMore() {
    if (waitNanos == Seconds.NEVER) {
      return;
    }
    if (near.isOutputPending()) {
      receivedBefore = NOTHING;
      deadlines.clear(Deadlines.Kind.WAIT);
    } else if (input.received() != receivedBefore) {
      receivedBefore = input.received();
      deadlines.set(Deadlines.Kind.WAIT, System.nanoTime() + waitNanos);
    }
  }

  /** Whether nothing more comes from peers that standard output could wait for. */
  private boolean nothingMoreComes() {
    if (detaching) {
      return relay.outbound().isDrained() || !clients.hasReceiver() || isDetachTimedOut();
    }
    if (deadlines.isDue(Deadlines.Kind.WAIT)) {
      return true;
    }
    if (clients.hasSender()) {
      return false;
    }
    if (isServer()) {
      return clients.isEmpty() && relay.outbound().isDrained();
    }
    // A server that has only shut down sending may still receive; but a user at a terminal is done.
    return !clients.hasReceiver() || relay.outbound().isDrained() || terminal.isInput();
  }

  private boolean isServer() {
    return !acceptors.isEmpty();
  }

  private boolean isDetachTimedOut() {
    return detaching && deadlines.isDue(Deadlines.Kind.DETACH);
  }

  private boolean hasFailed() {
    return near.inputErrno() != 0 || clients.hasFailed();
  }

  private void end(int code) {
    if (!over) {
      over = true;
      exitCode = code;
    }
  }

  /** Whether the user has ended the session. */
  boolean isDetached() {
    return detaching;
  }

  @Override
  public boolean maySuspend() {
    return true;
  }

  @Override
  public boolean isOver() {
    return over;
  }

  @Override
  public int exitCode() {
    return exitCode;
  }
}
