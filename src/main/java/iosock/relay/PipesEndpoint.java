package iosock.relay;

import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.flow.Inlet;
import iosock.flow.Outlet;
import iosock.flow.Shortage;
import iosock.posix.Libc;

/** A command whose standard input, output and error are the relay's pipes themselves. */
public final class PipesEndpoint implements CommandEndpoint {

  private final StdioPipes stdio;
  private final Inlet input;
  private final Outlet[] outputs;
  private final Shortage shortage = new Shortage();

  /**
   * @param stdio stays the caller's to close
   */
  public PipesEndpoint(Libc libc, StdioPipes stdio) {
    this.stdio = stdio;
    input = new Inlet(libc, stdio.in());
    outputs = new Outlet[] {new Outlet(libc, stdio.out()), new Outlet(libc, stdio.err())};
  }

  @Override
  public Stdio stdio() {
    return stdio;
  }

  @Override
  public Inlet input() {
    return input;
  }

  @Override
  public Outlet[] outputs() {
    return outputs.clone();
  }

  @Override
  public Shortage shortage() {
    return shortage;
  }

  @Override
  public boolean isTerminal() {
    return false;
  }

  @Override
  public void endInput(boolean isMidLine) {
    stdio.endInput();
  }

  @Override
  public void hangup() {
    stdio.hangup();
  }

  @Override
  public boolean collectOutput() {
    return true;
  }
}
