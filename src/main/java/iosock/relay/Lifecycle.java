package iosock.relay;

import iosock.posix.PollSet;

/** What signals and ends mean in a mode, and when the relay is over. */
interface Lifecycle {

  /** Asks poll(2) for what only this mode waits for. */
  default void arm(PollSet poll) {}

  /** A signal has arrived. */
  void signal(int signal);

  /** A signal has arrived that the kernel has sent, perhaps to the whole process group. */
  default void kernelSignal(int signal) {
    signal(signal);
  }

  /** Takes notice of children that have exited, never waiting. */
  void reap();

  /** After a turn: what has ended, and what follows from it. */
  void turnEnded();

  /** Output was moved. */
  default void progress() {}

  /** The server that this is connected to has said something. */
  default void noticeReceived() {}

  /** A client was closed that had taken nothing for too long. */
  default void clientDropped() {}

  /** Whether iosock may stop with its process group, where its terminal is in the background. */
  boolean maySuspend();

  boolean isOver();

  /** The code that iosock exits with, once it is over. */
  int exitCode();
}
