package iosock.relay;

/**
 * Who is watched where in the poll set, which the kernel looks through in this order.
 *
 * <p>The listener stands last: output that was written after somebody had connected is then never
 * seen without the connection.
 */
final class Slot {

  static final int SIGNALS = 0;
  static final int CLIENT = 1;

  /** The pipe that input goes into. */
  static final int INPUT = 2;

  /** The pipe that output comes out of; that of errors is the slot after it. */
  static final int OUTPUT = 3;

  /** The console for output; that for errors is the slot after it. */
  static final int CONSOLE = 5;

  static final int OWN_INPUT = 7;

  /** The pipe that iosock's own standard input goes into. */
  static final int OWN_INPUT_PIPE = 8;

  /** The master of the command's terminal. */
  static final int TERMINAL = 9;

  /** The pipe from which the terminal's input comes. */
  static final int TERMINAL_INPUT = 10;

  /** The pipe into which the terminal's output goes. */
  static final int TERMINAL_OUTPUT = 11;

  /** Where sizes of another terminal come from, or go to. */
  static final int SIZE = 12;

  static final int LISTENER = 13;

  static final int COUNT = 14;

  private Slot() {}
}
