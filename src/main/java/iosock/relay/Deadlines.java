package iosock.relay;

import java.util.Arrays;

/** The moments at which something is to be done though no descriptor says so. */
final class Deadlines {

  enum Kind {
    /** A connection could not be accepted for want of descriptors: time to try again. */
    ACCEPT_CLIENT,
    /** The same for observers. */
    ACCEPT_OBSERVER,
    /** The command has exited, and a receiver has taken nothing for too long. */
    DRAIN,
    /** The text that stops the command could not be written in time. */
    STOP_INPUT,
    /** The command was asked to stop, and has not exited in time. */
    KILL,
    /** Time to look for what is left of the command's process group. */
    GROUP,
    /** A client has taken nothing for too long. */
    STALL,
    /** The kernel had no memory for something: time to try again. */
    RETRY,
    /** The input has ended, and nothing has come for too long. */
    WAIT,
    /** The detach key was pressed, and what was typed before it takes too long. */
    DETACH
  }

  private static final long NOT_SET = Long.MAX_VALUE;
  private static final int FOREVER = -1;
  private static final int NANOS_A_MILLI = 1_000_000;

  private final long[] moments = new long[Kind.values().length];

  Deadlines() {
    Arrays.fill(moments, NOT_SET);
  }

  /**
   * @param moment as {@link System#nanoTime}
   */
  void set(Kind kind, long moment) {
    moments[kind.ordinal()] = moment;
  }

  /** As {@link #set}, unless it is set to an earlier moment. */
  void setEarlier(Kind kind, long moment) {
    if (!isSet(kind) || moment - moments[kind.ordinal()] < 0) {
      set(kind, moment);
    }
  }

  void clear(Kind kind) {
    moments[kind.ordinal()] = NOT_SET;
  }

  boolean isSet(Kind kind) {
    return moments[kind.ordinal()] != NOT_SET;
  }

  boolean isDue(Kind kind) {
    return isSet(kind) && System.nanoTime() - moments[kind.ordinal()] >= 0;
  }

  /** For poll(2): how long it may wait, rounded up to what an int holds; -1 for ever. */
  int millisLeft() {
    long least = NOT_SET;
    for (long moment : moments) {
      if (moment != NOT_SET) {
        least = Math.min(least, Math.max(moment - System.nanoTime(), 0));
      }
    }
    return least == NOT_SET
        ? FOREVER
        : (int) Math.min(least / NANOS_A_MILLI + 1, Integer.MAX_VALUE);
  }
}
