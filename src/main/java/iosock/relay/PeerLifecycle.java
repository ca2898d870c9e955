package iosock.relay;

import iosock.child.ExitCode;
import iosock.child.Reaper;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.tty.OwnTerminal;

/**
 * iosock's own standard input and output are joined to peers. Signals end it; otherwise it is over
 * when nothing more can go either way, or when the user detaches.
 */
final class PeerLifecycle implements Lifecycle {

  /** How long what was typed before the detach key may take. */
  private static final long DETACH_TIMEOUT_NANOS = 1_000_000_000L;

  private final ErrorLog log;
  private final StdioEndpoint near;
  private final Relay relay;
  private final Clients clients;
  private final Acceptor[] acceptors;
  private final Deadlines deadlines;
  private final OwnTerminal terminal;
  private final Reaper orphans;
  private boolean halfClosed;
  private boolean detaching;
  private boolean inputEnded;
  private boolean over;
  private int exitCode;

  PeerLifecycle(
      Libc libc,
      ErrorLog log,
      StdioEndpoint near,
      Relay relay,
      Clients clients,
      Acceptor[] acceptors,
      Deadlines deadlines,
      OwnTerminal terminal) {
    this.log = log;
    this.near = near;
    this.relay = relay;
    this.clients = clients;
    this.acceptors = acceptors;
    this.deadlines = deadlines;
    this.terminal = terminal;
    orphans = new Reaper(libc);
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
    if (relay.isOutputDrained()) {
      rejectNew();
      halfClose();
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
      relay.limitOutputToPending();
      if (!inputEnded && near.inputErrno() != 0) {
        log.log(new Failure("read from", "standard input", near.inputErrno()));
      }
      inputEnded = true;
    }
  }

  private void rejectNew() {
    for (Acceptor acceptor : acceptors) {
      acceptor.rejectNew();
    }
  }

  private void halfClose() {
    if (!clients.isEmpty() && !halfClosed) {
      halfClosed = true;
      clients.shutdownSending();
    }
  }

  /** Whether nothing more comes from peers that standard output could wait for. */
  private boolean nothingMoreComes() {
    if (detaching) {
      return relay.isOutputDrained() || !clients.hasReceiver() || isDetachTimedOut();
    }
    if (clients.hasSender()) {
      return false;
    }
    if (isServer()) {
      return clients.isEmpty() && relay.isOutputDrained();
    }
    // A server that has only shut down sending may still receive; but a user at a terminal is done.
    return !clients.hasReceiver() || relay.isOutputDrained() || terminal.isInput();
  }

  private boolean isServer() {
    return acceptors.length > 0;
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
