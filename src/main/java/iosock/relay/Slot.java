package iosock.relay;

/** Who is watched where in the poll set. */
final class Slot {

  static final int SIGNALS = 0;
  static final int LISTENER = 1;
  static final int CLIENT = 2;
  static final int COMMAND_IN = 3;

  /** The command's standard output; its standard error is the slot after it. */
  static final int COMMAND_OUT = 4;

  /** The console for the command's standard output; that for its error is the slot after it. */
  static final int CONSOLE_OUT = 6;

  static final int COUNT = 8;

  private Slot() {}
}
