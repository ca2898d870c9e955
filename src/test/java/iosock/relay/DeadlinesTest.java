package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.relay.Deadlines.Kind;
import org.junit.jupiter.api.Test;

class DeadlinesTest {

  private static final long NANOS_A_DAY = 24 * 60 * 60 * 1_000_000_000L;

  private final Deadlines deadlines = new Deadlines();

  @Test
  void withoutADeadlineItWaitsForEver() {
    assertEquals(-1, deadlines.millisLeft());
    deadlines.set(Kind.KILL, System.nanoTime());
    deadlines.clear(Kind.KILL);
    assertEquals(-1, deadlines.millisLeft());
  }

  @Test
  void itWaitsForTheEarliest() {
    deadlines.set(Kind.KILL, System.nanoTime() + NANOS_A_DAY);
    deadlines.set(Kind.DRAIN, System.nanoTime() - 1);
    assertEquals(1, deadlines.millisLeft());
    assertTrue(deadlines.isDue(Kind.DRAIN));
    assertFalse(deadlines.isDue(Kind.KILL));
  }

  /** In milliseconds 24 days are the most that an int holds. */
  @Test
  void aDeadlineInAMonthIsNotForgotten() {
    for (long days : new long[] {24, 25, 30, 50, 60, 10_000}) {
      deadlines.set(Kind.KILL, System.nanoTime() + days * NANOS_A_DAY);
      assertTrue(deadlines.millisLeft() > 23 * NANOS_A_DAY / 1_000_000, () -> "" + days);
    }
  }
}
