package iosock.relay;

import iosock.flow.Pipe;
import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Pump;
import iosock.flow.Shortage;
import iosock.flow.StandardInput;
import iosock.flow.StandardOutput;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.winsize.WindowSizeClient;
import java.util.List;

/**
 * iosock's own standard input and output as the near side: what peers send goes to standard output,
 * and peers receive standard input.
 */
final class StdioEndpoint implements Endpoint {

  private final Clients clients;
  private final StandardInput stdin;
  private final StandardOutput stdout;
  private final WindowSizeClient sizes;
  private final boolean isRaw;
  private final PipeWriter input;
  private final PipeReader received;
  private final List<PipeReader> outputs;
  private final Shortage shortage;
  private final Pump fromStdin;
  private final Pump toStdout;

  /** Whether standard input was to be read when poll(2) looked at it. */
  private boolean reading;

  /**
   * @param in the pipe from standard input
   * @param out the pipe to standard output
   * @param sizes sends the size of this terminal, if the server asks for it
   * @param isRaw whether standard input is a terminal in raw mode
   */
  StdioEndpoint(
      Context context,
      Clients clients,
      StandardInput stdin,
      Pipe in,
      Pipe out,
      WindowSizeClient sizes,
      Shortage shortage,
      boolean isRaw) {
    this.clients = clients;
    this.stdin = stdin;
    this.sizes = sizes;
    this.shortage = shortage;
    this.isRaw = isRaw;
    Libc libc = context.libc();
    stdout = new StandardOutput(libc, context.standard().output());
    input = new PipeWriter(libc, out.writeEnd());
    received = new PipeReader(libc, out.readEnd());
    PipeWriter read = new PipeWriter(libc, in.writeEnd());
    outputs = List.of(new PipeReader(libc, in.readEnd()));
    fromStdin = Pump.fill(stdin, read, shortage);
    toStdout = Pump.drain(received, stdout, shortage);
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
  public void arm(PollSet poll) {
    toStdout.arm(poll);
    // A server leaves its input where it is until there is a client to receive it; a terminal is
    // read in any case, or the detach key would not be seen.
    reading = clients.hasReceiver() || isRaw;
    if (reading) {
      fromStdin.arm(poll);
    } else if (!fromStdin.hasEnded()) {
      stdin.armHangup(poll);
    }
    sizes.arm(poll);
  }

  @Override
  public boolean turn(boolean isInputFilled) {
    toStdout.turn(isInputFilled);
    sizes.turn();
    if (reading) {
      return fromStdin.turn(false) > 0;
    }
    if (!fromStdin.hasEnded() && stdin.isAtEnd()) {
      fromStdin.end();
    }
    return false;
  }

  @Override
  public void ownSizeChanged() {
    sizes.sizeChanged();
  }

  @Override
  public void closeMarked() {
    sizes.closeMarked();
  }

  /** Whether nothing more comes from standard input. */
  boolean hasInputEnded() {
    return fromStdin.hasEnded();
  }

  boolean isRaw() {
    return isRaw;
  }

  boolean isKeyPressed() {
    return stdin.isKeyPressed();
  }

  /** The detach key was pressed: nothing more is read. What was read before it still moves. */
  void stopReading() {
    fromStdin.move(true);
  }

  /** The error that has ended standard input; 0 if there was none. */
  int inputErrno() {
    return fromStdin.errno();
  }

  /** Whether something that has come waits for standard output. */
  boolean isOutputPending() {
    return received.pending() > 0;
  }

  /** No peer sends anything more: what waits for standard output is the rest. */
  void limitToPending() {
    toStdout.limit(received.pending());
  }

  /** Once {@link #limitToPending} was called: whether all of it has been written. */
  boolean isDrained() {
    return toStdout.hasEnded();
  }

  /** Why standard output did not take something; 0 if it took everything. */
  int errno() {
    return stdout.errno();
  }
}
