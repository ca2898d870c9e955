package iosock.relay;

import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.posix.PollSet;

/** A command whose standard input, output and error are the relay's pipes themselves. */
public final class OnPipes implements CommandSide {

  private final StdioPipes stdio;

  /**
   * @param stdio stays the caller's to close
   */
  public OnPipes(StdioPipes stdio) {
    this.stdio = stdio;
  }

  @Override
  public Stdio stdio() {
    return stdio;
  }

  @Override
  public int in() {
    return stdio.in();
  }

  @Override
  public int out() {
    return stdio.out();
  }

  @Override
  public int err() {
    return stdio.err();
  }

  @Override
  public boolean isTerminal() {
    return false;
  }

  @Override
  public ClientSize clientSize() {
    return null;
  }

  @Override
  public void arm(PollSet poll) {}

  @Override
  public void turn(PollSet poll) {}

  @Override
  public void endInput(boolean withinLine) {
    stdio.endInput();
  }

  @Override
  public void hangup() {
    stdio.hangup();
  }

  @Override
  public void ownSizeChanged() {}

  @Override
  public void commandExited() {}

  @Override
  public boolean drain() {
    return true;
  }
}
