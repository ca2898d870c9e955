package iosock.relay;

import iosock.posix.PollSet;

/** What goes into the command's standard input: what clients send, or iosock's own. */
interface Feed {

  /** Asks for what this waits for. */
  void arm(PollSet poll);

  /** After a poll: moves what can be moved. */
  void turn(PollSet poll);

  /** Later in the same turn, once it is known who has come and who has left. */
  void turnAgain();

  /** Whether nothing comes any more, whoever may come. */
  boolean hasEnded();

  /** Whether what came last is known to be no whole line. */
  boolean isWithinLine();
}
