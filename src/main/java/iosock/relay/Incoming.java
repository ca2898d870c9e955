package iosock.relay;

import iosock.flow.Pipe;
import iosock.posix.Libc;
import iosock.posix.PollSet;

/** What comes from the socket, through a pipe, to iosock's own standard output. */
final class Incoming {

  private final Input input;
  private final Console console;
  private final Output output;

  /**
   * @param pipe non-blocking; stays open
   */
  Incoming(Libc libc, Clients clients, Pipe pipe) {
    input = new Input(libc, pipe.writeEnd(), clients, null);
    console = new Console(libc, 1);
    output = new Output(libc, pipe.readEnd(), new Clients(), console, 1);
  }

  /**
   * @param taking whether more is taken from the socket
   */
  void arm(PollSet poll, boolean taking) {
    if (taking) {
      input.arm(poll);
    }
    output.arm(poll);
  }

  /** After a poll. */
  void turn(PollSet poll) {
    input.turn(poll);
    output.turn(poll);
  }

  /** Later in the same turn, once it is known who has left. */
  void turnAgain() {
    input.turnAgain();
  }

  /** Nothing more is taken from the socket: what is in the pipe is the rest. */
  void finish() {
    output.finish();
  }

  /** Once nothing more is taken: whether all of it has been written. */
  boolean isDelivered() {
    return output.isDelivered();
  }

  /** Why standard output did not take something; 0 if it took everything. */
  int errno() {
    return console.errno();
  }

  /** Whether nothing has ever come. */
  boolean isSilent() {
    return input.isSilent();
  }

  /** Whether somebody has left without reading all that was sent to it. */
  boolean isReset() {
    return input.isReset();
  }
}
