package iosock.relay;

import iosock.flow.PipeReader;
import iosock.flow.PipeWriter;
import iosock.flow.Shortage;
import iosock.posix.PollSet;
import java.util.List;

/**
 * The near side of the relay: the command, or iosock's own standard input and output. What peers
 * send goes into one pipe; what peers receive comes out of one or two.
 */
public interface Endpoint {

  /** Where what peers send goes. */
  PipeWriter input();

  /** Where what peers receive comes from. */
  List<PipeReader> outputs();

  /** By which the pumps of the near side pause; those of the relay pause by it too. */
  Shortage shortage();

  /** Asks poll(2) for what moves bytes between these pipes and what is behind them. */
  default void arm(PollSet poll) {}

  /**
   * After a poll: moves those bytes.
   *
   * @param isInputFilled whether bytes were put into the input since the poll
   * @return whether bytes were put into an output
   */
  default boolean turn(boolean isInputFilled) {
    return false;
  }

  /** A client has attached. */
  default void clientAttached(Client client) {}

  /** A client has sent something. */
  default void clientSent(Client client) {}

  /** Clients may have been detached. */
  default void clientsChanged(Clients clients) {}

  /** The terminal that iosock was started on may have another size by now. */
  default void ownSizeChanged() {}

  /** Reports an error that has ended a flow of bytes, once. */
  default void logErrors(Log log) {}

  /** After a turn: closes what is no longer needed. */
  default void closeMarked() {}
}
