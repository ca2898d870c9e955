package iosock.flow;

/** How bytes that a peer sends get from its socket into a pipe. */
public interface SocketReader {

  /**
   * Moves at most {@code max} bytes, never waiting.
   *
   * @return how many; 0 at end of file; or a negative errno, -EPIPE if the pipe has no reader
   */
  long read(int socket, PipeWriter to, long max);
}
