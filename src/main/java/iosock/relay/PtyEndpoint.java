package iosock.relay;

import iosock.child.Stdio;
import iosock.flow.Pipe;
import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Pump;
import iosock.flow.Shortage;
import iosock.flow.Sink;
import iosock.flow.Source;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.Watch;
import iosock.posix.WindowSize;
import iosock.tty.EofWriter;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import iosock.winsize.WindowSizeServer;
import java.util.List;

/** A command on a pseudo-terminal, whose master is joined to the relay by two pipes. */
public final class PtyEndpoint implements CommandEndpoint {

  /** More than a terminal holds: what comes after it was written by other processes. */
  private static final int MAX_AFTER_EXIT = 1 << 16;

  private final PseudoTerminal pty;
  private final OwnTerminal own;
  private final PipeWriter input;
  private final PipeReader typed;
  private final List<PipeReader> outputs;
  private final Shortage shortage = new Shortage();
  private final MasterSink masterSink;
  private final Pump toMaster;
  private final Pump fromMaster;
  private final EofWriter eof;
  private final WindowSizeServer sizes;
  private final WindowSize size = new WindowSize();

  /** How many bytes will have been typed when all input up to the mark was. */
  private long mark;

  private boolean commandExited;
  private boolean errorLogged;

  /**
   * @param pty stays the caller's to close
   * @param own whose size the command's terminal follows until a client sends its own
   */
  public PtyEndpoint(Libc libc, PseudoTerminal pty, OwnTerminal own) {
    this.pty = pty;
    this.own = own;
    // Of the usual size: what waits here is what an interrupt key cannot stop any more.
    Pipe toTerminal = Pipe.open(libc).nonBlocking(libc);
    Pipe fromTerminal = Pipe.open(libc).nonBlocking(libc);
    input = new PipeWriter(libc, toTerminal.writeEnd());
    typed = new PipeReader(libc, toTerminal.readEnd());
    PipeWriter output = new PipeWriter(libc, fromTerminal.writeEnd());
    outputs = List.of(new PipeReader(libc, fromTerminal.readEnd()));
    Watch master = new Watch(pty.master());
    masterSink = new MasterSink(master);
    toMaster = Pump.drain(typed, masterSink, shortage);
    fromMaster = Pump.fill(new MasterSource(master), output, shortage);
    eof = new EofWriter(libc, pty);
    sizes = new WindowSizeServer(libc, pty);
  }

  @Override
  public Stdio stdio() {
    return pty;
  }

  @Override
  public PipeWriter input() {
    return input;
  }

  @Override
  public List<PipeReader> outputs() {
    return outputs;
  }

  @Override
  public Shortage shortage() {
    return shortage;
  }

  @Override
  public boolean isTerminal() {
    return true;
  }

  @Override
  public void arm(PollSet poll) {
    sizes.arm(poll);
    toMaster.arm(poll);
    if (eof.isBlocked() && !toMaster.hasEnded()) {
      masterSink.arm(poll);
    }
    fromMaster.arm(poll);
  }

  @Override
  public boolean turn(boolean isInputFilled) {
    sizes.turn();
    toMaster.turn(isInputFilled);
    writeEof();
    boolean isOutputFilled = !commandExited && fromMaster.turn(false) > 0;
    if (isOutputFilled) {
      eof.outputSeen();
      writeEof();
    }
    return isOutputFilled;
  }

  @Override
  public void endInput(boolean isMidLine) {
    eof.inputEnded(isMidLine);
    toMaster.turn(typed.pending() > 0);
    writeEof();
  }

  private void writeEof() {
    boolean isAllWritten = eof.isDue() && !toMaster.isSinkFull() && typed.pending() == 0;
    if (isAllWritten && !toMaster.hasEnded() && (!eof.isBlocked() || masterSink.isReady())) {
      eof.write();
    }
  }

  @Override
  public void markInput() {
    mark = toMaster.moved() + typed.pending();
  }

  @Override
  public boolean isMarkReached() {
    return toMaster.moved() >= mark;
  }

  @Override
  public void hangup() {
    toMaster.end();
    fromMaster.end();
    pty.hangup();
  }

  @Override
  public boolean collectOutput() {
    if (!commandExited) {
      commandExited = true;
      fromMaster.limit(MAX_AFTER_EXIT);
    }
    fromMaster.sinkChanged();
    // The terminal's end of file is not waited for: other processes may have it open.
    while (fromMaster.mayMove()) {
      if (pty.hasOutput()) {
        fromMaster.move(true);
      } else {
        fromMaster.end();
      }
    }
    return fromMaster.hasEnded();
  }

  @Override
  public void clientAttached(Client client) {
    pty.resumeOutput();
    sizes.attached(client.fd()).ifPresent(client::writer);
  }

  @Override
  public void clientSent(Client client) {
    sizes.typed(client.fd());
  }

  @Override
  public void clientsChanged(Clients clients) {
    for (int i = sizes.count() - 1; i >= 0; i--) {
      int client = sizes.client(i);
      if (!clients.isAttached(client)) {
        sizes.detached(i);
      } else if (clients.isReplaced(client)) {
        sizes.ignore(i);
      }
    }
  }

  @Override
  public void ownSizeChanged() {
    if (!sizes.isKnown() && own.readSize(size)) {
      pty.resize(size);
    }
  }

  @Override
  public void logErrors(Log log) {
    if (!errorLogged) {
      logError(log, "write to", toMaster.errno());
      logError(log, "read from", fromMaster.errno());
    }
  }

  private void logError(Log log, String operation, int errno) {
    // EIO is how a terminal ends that no process has open.
    if (errno != 0 && errno != Errno.EIO) {
      errorLogged = true;
      log.log(new Failure(operation, "the command's terminal", errno));
    }
  }

  @Override
  public void closeMarked() {
    sizes.closeMarked();
  }

  /** What is written to the master is typed on the terminal. */
  private record MasterSink(Watch master) implements Sink {

    @Override
    public void arm(PollSet poll) {
      poll.watch(master, PollSet.POLLOUT);
    }

    @Override
    public boolean isReady() {
      return (master.revents() & ~PollSet.POLLIN) != 0;
    }

    @Override
    public long take(PipeReader from, long max) {
      return from.drain(master.fd(), max);
    }
  }

  /** What is read from the master is shown on the terminal. */
  private record MasterSource(Watch master) implements Source {

    @Override
    public void arm(PollSet poll) {
      poll.watch(master, PollSet.POLLIN);
    }

    @Override
    public boolean isReady() {
      return (master.revents() & ~PollSet.POLLOUT) != 0;
    }

    @Override
    public long give(PipeWriter to, long max) {
      return to.fill(master.fd(), max);
    }
  }
}
