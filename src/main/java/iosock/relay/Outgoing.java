package iosock.relay;

import iosock.flow.Pipe;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import iosock.tty.OwnTerminal;

/** iosock's own standard input, through a pipe, to who is connected. */
final class Outgoing {

  private final Libc libc;
  private final Clients clients;
  private final int pipe;
  private final OwnInput stdin;
  private final Output output;

  /** Null where this terminal's size is nobody's business: where it is not raw. */
  private final SizeTeller sizes;

  /** Whether own input was to be read when it was polled for. */
  private boolean reading;

  /**
   * @param pipe non-blocking; stays open
   * @param terminal if standard input is a terminal that is raw; else null
   * @param detachKey then, a byte that ends the input when typed; or {@link OwnInput#NO_KEY}
   */
  Outgoing(Libc libc, Clients clients, Pipe pipe, OwnTerminal terminal, int detachKey) {
    this.libc = libc;
    this.clients = clients;
    this.pipe = pipe.readEnd();
    boolean isRaw = terminal != null;
    stdin = new OwnInput(libc, pipe.writeEnd(), isRaw, isRaw ? detachKey : OwnInput.NO_KEY);
    output = new Output(libc, pipe.readEnd(), clients, null, 0);
    sizes = isRaw ? new SizeTeller(libc, terminal) : null;
  }

  boolean isRaw() {
    return sizes != null;
  }

  void arm(PollSet poll) {
    // A server's input is left where it is until somebody is there to receive it; a terminal's is
    // read in any case, or nobody could detach.
    reading = clients.isReceiving() || isRaw();
    if (reading) {
      stdin.arm(poll);
    } else {
      stdin.armIdle(poll);
    }
    if (isRaw()) {
      sizes.arm(poll);
    }
    if (clients.isReceiving() && isFirst()) {
      sizes.armFirst(poll, pipe, clients.present());
    } else if (clients.isReceiving()) {
      output.arm(poll);
    }
  }

  /** After a poll. */
  void turn(PollSet poll) {
    if (reading) {
      stdin.turn(poll);
    } else {
      stdin.turnIdle(poll);
    }
    if (isRaw()) {
      sizes.turn(poll);
    }
    if (clients.isReceiving() && isFirst()) {
      sizes.turnFirst(poll, pipe, clients.present());
    } else if (clients.isReceiving()) {
      output.turn(poll);
    }
  }

  /** After a turn. */
  void settle() {
    if (isRaw()) {
      sizes.closeDone();
    }
    boolean isFirstDue = clients.isReceiving() && isFirst() && sizes.isFirstDue(pipe);
    if (stdin.hasEnded() && !isFirstDue) {
      output.finish();
    }
  }

  private boolean isFirst() {
    return isRaw() && sizes.isFirst();
  }

  /** Whoever was full is not who receives from now on. */
  void receiverChanged() {
    output.receiverChanged();
  }

  /** The terminal may have another size by now. */
  void sizeChanged() {
    if (isRaw()) {
      sizes.sizeChanged();
    }
  }

  boolean hasEnded() {
    return stdin.hasEnded();
  }

  boolean isKeyPressed() {
    return stdin.isKeyPressed();
  }

  /** Whether something is still to be sent, or may come to be. */
  boolean isOwed() {
    return output.isOwed();
  }

  /** Whether something was read that has not been sent. */
  boolean isLeft() {
    return libc.fionread(pipe) > 0;
  }
}
