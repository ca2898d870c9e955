package iosock.relay;

/** What becomes of the connections to a listening socket. */
interface Admission {

  /** Whether another connection may be accepted now. */
  boolean mayAccept();

  /**
   * A connection has been accepted, and the peer may connect.
   *
   * @param connection non-blocking; this closes it, in this turn or later
   * @param isClosing whether no connection is to be kept any more
   */
  void admit(int connection, boolean isClosing);

  /** The peer may not connect. */
  void refuse(int connection);
}
