package iosock.relay;

import iosock.child.Stdio;

/** The command as the near side: on pipes or on a pseudo-terminal. */
public interface CommandEndpoint extends Endpoint {

  /** What the command is to be started with. */
  Stdio stdio();

  /** Whether the command is on a terminal, which hangs up when iosock's own output does. */
  boolean isTerminal();

  /**
   * Nothing more comes that the command could read: it reads what is pending, and then end of file.
   *
   * @param isMidLine whether what came last was no whole line
   */
  void endInput(boolean isMidLine);

  /** Marks the end of what is in the input by now. */
  default void markInput() {}

  /**
   * Whether all input up to the mark is where the command reads it: in its pipe or on its terminal.
   */
  default boolean isMarkReached() {
    return true;
  }

  /** Nothing takes the command's output any more: SIGPIPE or SIGHUP tells the command. */
  void hangup();

  /**
   * Once the command has exited: takes what it wrote, as far as there is space.
   *
   * @return whether all of it is in the outputs
   */
  boolean collectOutput();
}
