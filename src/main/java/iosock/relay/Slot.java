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
  static final int COMMAND_IN = 2;

  /** The command's standard output; its standard error is the slot after it. */
  static final int COMMAND_OUT = 3;

  /** The console for the command's standard output; that for its error is the slot after it. */
  static final int CONSOLE_OUT = 5;

  static final int LISTENER = 7;

  static final int COUNT = 8;

  private Slot() {}
}
