package iosock.child;

import iosock.flow.Pipe;
import iosock.posix.CallTable;
import iosock.posix.Fcntl;
import iosock.posix.Libc;

/**
 * A command's standard input, output and error as pipes. This process's ends are non-blocking. The
 * command's ends are open file descriptions of their own, and stay blocking.
 */
public final class StdioPipes implements Stdio {

  private final Libc libc;
  private final Pipe in;
  private final Pipe out;
  private final Pipe err;
  private boolean childEndsClosed;
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

  /** The write end of the command's standard input. */
  public int in() {
    return in.writeEnd();
  }

  /**
   * Closes the write end of the command's input: the command reads what is in the pipe, and then
   * end of file. Does nothing if that has been done.
   */
  public void endInput() {
    if (!inputEnded) {
      inputEnded = true;
      libc.close(in.writeEnd());
    }
  }

  /** The read end of the command's standard output. */
  public int out() {
    return out.readEnd();
  }

  /** The read end of the command's standard error. */
  public int err() {
    return err.readEnd();
  }

  /**
   * Closes the read end of the command's output: a write to it gets SIGPIPE. Does nothing if that
   * has been done.
   */
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
    childEndsClosed = true;
    libc.close(in.readEnd());
    libc.close(out.writeEnd());
    libc.close(err.writeEnd());
  }

  /** Closes this process's ends, and the child's where no command was started. */
  public void close() {
    if (!childEndsClosed) {
      closeChildEnds();
    }
    endInput();
    hangup();
    libc.close(err.readEnd());
  }
}
