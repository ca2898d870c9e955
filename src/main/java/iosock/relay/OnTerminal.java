package iosock.relay;

import iosock.child.Stdio;
import iosock.flow.Pipe;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.posix.WindowSize;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;

/** A command on a pseudo-terminal, whose master is joined to the relay by two pipes. */
public final class OnTerminal implements CommandSide {

  private final PseudoTerminal pty;
  private final OwnTerminal own;
  private final Pipe toTerminal;
  private final Pipe fromTerminal;
  private final TerminalInput input;
  private final TerminalOutput output;
  private final ClientSize clientSize;

  /**
   * @param pty stays the caller's to close
   * @param own whose size is followed until a client says its own
   */
  public OnTerminal(Libc libc, PseudoTerminal pty, OwnTerminal own) {
    this.pty = pty;
    this.own = own;
    // Of the usual size: what waits here is what an interrupt key cannot stop any more.
    toTerminal = Pipe.open(libc).nonBlocking(libc);
    fromTerminal = Pipe.open(libc).nonBlocking(libc);
    input = new TerminalInput(libc, toTerminal.readEnd(), pty);
    output = new TerminalOutput(libc, pty, fromTerminal.writeEnd());
    clientSize = new ClientSize(libc, pty);
  }

  @Override
  public Stdio stdio() {
    return pty;
  }

  @Override
  public int in() {
    return toTerminal.writeEnd();
  }

  @Override
  public int out() {
    return fromTerminal.readEnd();
  }

  @Override
  public int err() {
    return Output.NO_PIPE;
  }

  @Override
  public boolean isTerminal() {
    return true;
  }

  @Override
  public ClientSize clientSize() {
    return clientSize;
  }

  @Override
  public void arm(PollSet poll) {
    clientSize.arm(poll);
    input.arm(poll);
    output.arm(poll);
  }

  @Override
  public void turn(PollSet poll) {
    clientSize.turn(poll);
    input.turn(poll);
    if (output.turn(poll)) {
      input.commandSpoke();
    }
  }

  @Override
  public void endInput(boolean withinLine) {
    input.end(withinLine);
  }

  @Override
  public void hangup() {
    input.hangup();
    output.hangup();
    pty.hangup();
  }

  @Override
  public void ownSizeChanged() {
    WindowSize size = own.size();
    if (size != null && !clientSize.isKnown()) {
      pty.resize(size);
    }
  }

  @Override
  public void commandExited() {
    output.commandExited();
  }

  @Override
  public boolean drain() {
    return output.drain();
  }
}
