package iosock.flow;

/** What follows when a receiver takes nothing for so long that its own pipe is full. */
public enum Overflow {
  /** The output waits, and so its writer. */
  WAIT,
  /** The output goes on without the receiver. */
  CLOSE
}
