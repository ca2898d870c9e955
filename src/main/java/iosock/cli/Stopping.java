package iosock.cli;

import iosock.posix.Signals;

/**
 * How a command is stopped.
 *
 * @param signal what SIGTERM and SIGINT become in the command
 * @param input is written to the command's standard input in place of the first of these; empty for
 *     none
 * @param timeoutNanos how long after the first of these the command is killed, in nanoseconds; or
 *     {@link Seconds#NEVER}
 * @param group whether the command leads a process group of its own, and signals go to all of it
 */
public record Stopping(int signal, byte[] input, long timeoutNanos, boolean group) {

  private static final byte[] NO_INPUT = {};

  /** By SIGTERM each time, and the command's process alone. */
  public static final Stopping DEFAULT =
      new Stopping(Signals.SIGTERM, NO_INPUT, Seconds.NEVER, false);
}
