package iosock.flow;

/** How output gets from a pipe into the socket of a peer. */
public interface SocketWriter {

  /**
   * Moves at most {@code max} bytes, never waiting.
   *
   * @return how many; 0 at the end of file of {@code from}; or a negative errno
   */
  long write(int socket, PipeReader from, long max);
}
