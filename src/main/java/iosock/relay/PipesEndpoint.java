package iosock.relay;

import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Shortage;
import iosock.posix.Libc;
import java.util.List;

/** A command whose standard input, output and error are the relay's pipes themselves. */
public final class PipesEndpoint implements CommandEndpoint {

  private final StdioPipes stdio;
  private final PipeWriter input;
  private final List<PipeReader> outputs;
  private final Shortage shortage = new Shortage();

  /**
   * @param stdio stays the caller's to close
   */
  public PipesEndpoint(Libc libc, StdioPipes stdio) {
    this.stdio = stdio;
    input = new PipeWriter(libc, stdio.in());
    outputs = List.of(new PipeReader(libc, stdio.out()), new PipeReader(libc, stdio.err()));
  }

  @Override
  public Stdio stdio() {
    return stdio;
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
