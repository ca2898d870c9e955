package iosock.flow;

/** Where bytes come from: peers, standard input, the master of a pseudo-terminal. */
public interface Source extends End {

  /** There is nothing to read, and the pipe is not full as far as is known. */
  long EMPTY = Long.MIN_VALUE;

  /**
   * Moves at most {@code max} bytes into a pipe, never waiting.
   *
   * @return how many; 0 at end of file; EMPTY if there is nothing to read; -EAGAIN if there is
   *     nothing to read or the pipe is full; another negative errno if nothing more comes
   */
  long give(PipeWriter to, long max);

  /** Whether what came last is known to be no whole line. */
  default boolean isMidLine() {
    return false;
  }
}
