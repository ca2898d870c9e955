package iosock.relay;

import iosock.child.Stdio;
import iosock.posix.PollSet;

/** What joins the relay's pipes to the command: nothing more, or a terminal. */
public interface CommandSide {

  /** What the command is to be started with. */
  Stdio stdio();

  /** The pipe to write to of what the command reads. */
  int in();

  /** The pipe to read from of what the command writes. */
  int out();

  /**
   * The pipe to read from of the command's errors; {@link Output#NO_PIPE} if they come with the
   * rest.
   */
  int err();

  /** Whether the command has a terminal, which is gone when its screen is. */
  boolean isTerminal();

  /** Learns how large the client's terminal is; null if the command has none. */
  ClientSize clientSize();

  /** Asks for what this waits for. */
  void arm(PollSet poll);

  /** After a poll, before the command's output is looked at. */
  void turn(PollSet poll);

  /**
   * Nothing comes any more that the command could read.
   *
   * @param withinLine whether what came last was no whole line
   */
  void endInput(boolean withinLine);

  /** Nobody takes the command's output any more: it is told so. */
  void hangup();

  /** The size of iosock's own terminal may be another by now. */
  void ownSizeChanged();

  /** The command has exited. */
  void commandExited();

  /**
   * Once it has exited: takes what it wrote, as far as there is room.
   *
   * @return whether all of it is in the pipes to read from
   */
  boolean drain();
}
