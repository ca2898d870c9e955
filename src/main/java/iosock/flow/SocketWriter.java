package iosock.flow;

import iosock.posix.NativeBuffer;

/** How output gets into the socket of a peer. Nothing here waits. */
public interface SocketWriter {

  /**
   * Moves at most {@code max} bytes out of a pipe.
   *
   * @return how many; 0 at the end of file of {@code from}; or a negative errno
   */
  long write(int socket, PipeReader from, long max);

  /**
   * Writes bytes from memory.
   *
   * @return how many; or a negative errno
   */
  long write(int socket, NativeBuffer bytes, int offset, int length);
}
