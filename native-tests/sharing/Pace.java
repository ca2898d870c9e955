package sharing;

import java.util.concurrent.locks.LockSupport;

/**
 * How fast a client reads.
 *
 * @param atOnce bytes
 * @param pauseMillis after each read
 */
record Pace(int atOnce, int pauseMillis) {

  static final Pace FULL = new Pace(Integer.MAX_VALUE, 0);

  /** 64 MB a second at most. */
  static final Pace SLOW = new Pace(1 << 16, 1);

  void pause() {
    LockSupport.parkNanos(1_000_000L * pauseMillis);
  }
}
