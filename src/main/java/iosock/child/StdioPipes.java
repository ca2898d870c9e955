package iosock.child;

import iosock.flow.Pipe;
import iosock.posix.CallTable;
import iosock.posix.Fcntl;
import iosock.posix.Libc;

/**
 * A command's standard input, output and error as pipes. Our ends are non-blocking; the command's
 * are other open files and stay as programs expect them.
 */
public final class StdioPipes implements Stdio {

  private final Libc libc;
  private final Pipe in;
  private final Pipe out;
  private final Pipe err;
  private boolean commandHasItsEnds;
  private boolean inputEnded;
  private boolean hungUp;

  public StdioPipes(Libc libc) {
    this.libc = libc;
    in = Pipe.open(libc).large(libc);
    out = Pipe.open(libc).large(libc);
    err = Pipe.open(libc).large(libc);
    libc.fcntl(in.writeEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    libc.fcntl(out.readEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    libc.fcntl(err.readEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
  }

  /** The end to write to of what the command reads. */
  public int in() {
    return in.writeEnd();
  }

  /** Once; then does nothing. The command reads what is in the pipe, and then the end. */
  public void endInput() {
    if (!inputEnded) {
      inputEnded = true;
      libc.close(in.writeEnd());
    }
  }

  /** The end to read from of the command's standard output. */
  public int out() {
    return out.readEnd();
  }

  /** The end to read from of the command's standard error. */
  public int err() {
    return err.readEnd();
  }

  /** Once; then does nothing. The command is told so when it writes to its standard output. */
  public void hangup() {
    if (!hungUp) {
      hungUp = true;
      libc.close(out.readEnd());
    }
  }

  @Override
  public void addChildCalls(CallTable calls) {
    calls.dup2(in.readEnd(), 0).dup2(out.writeEnd(), 1).dup2(err.writeEnd(), 2);
  }

  @Override
  public void closeChildEnds() {
    commandHasItsEnds = true;
    libc.close(in.readEnd());
    libc.close(out.writeEnd());
    libc.close(err.writeEnd());
  }

  /** Closes our ends, and those of a command that was never started. */
  public void close() {
    if (!commandHasItsEnds) {
      closeChildEnds();
    }
    endInput();
    hangup();
    libc.close(err.readEnd());
  }
}
