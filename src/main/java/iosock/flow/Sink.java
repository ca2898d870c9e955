package iosock.flow;

/** Where bytes go: a client's socket, standard output, the master of a pseudo-terminal. */
public interface Sink extends End {

  /**
   * Takes at most {@code max} bytes, never waiting.
   *
   * @return how many; 0 at the end of file of {@code from}; -EAGAIN if {@code from} is empty or
   *     this is full; another negative errno if this takes nothing any more
   */
  long take(PipeReader from, long max);

  /** Whether it may still take bytes. A receiver that is not open is replaced by another. */
  default boolean isOpen() {
    return true;
  }

  /** More output waits than is kept for this: it gets no more. For an {@link Overflow#CLOSE}. */
  default void fallBehind() {}
}
