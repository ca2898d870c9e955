package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;

/** Random walks: receivers join, stall and leave while bytes are written. */
class FanoutWalkTest {

  private static final int[] SIZES = {1 << 12, 1 << 16, 1 << 20};
  private static final int WALKS = 110;
  private static final int STEPS = 1000;
  private static final int MAX_CAPACITY = 6;

  @Test
  void eachReceiverGetsEveryByteOnceAndInOrder() {
    long seed = Long.getLong("seed", System.nanoTime());
    for (int i = 0; i < WALKS; i++) {
      try {
        walk(new Random(seed + i));
      } catch (AssertionError e) {
        throw new AssertionError("with -Dseed=" + (seed + i) + ": " + e.getMessage(), e);
      }
    }
  }

  private static void walk(Random random) {
    int size = SIZES[random.nextInt(SIZES.length)];
    int capacity = 1 + random.nextInt(MAX_CAPACITY);
    boolean isAnyCopying = random.nextInt(4) == 0;
    // A walk of small messages fills the slots of the pipes, one of large ones their bytes.
    int maxMessage = random.nextBoolean() ? 100 : 30_000;
    try (FanoutFixture fixture =
        random.nextInt(5) == 0
            ? FanoutFixture.ofSocket(capacity)
            : FanoutFixture.ofPipe(size, capacity)) {
      for (int i = 0; i < STEPS; i++) {
        step(random, fixture, capacity, isAnyCopying, maxMessage);
      }
      end(random, fixture);
    }
  }

  private static void step(
      Random random, FanoutFixture fixture, int capacity, boolean isAnyCopying, int maxMessage) {
    switch (random.nextInt(40)) {
      case 0, 1 -> {
        fixture.update();
        if (fixture.receivers().size() < capacity) {
          boolean copies = isAnyCopying && random.nextBoolean();
          fixture.add(copies ? fixture.newSink().copying() : fixture.newSink());
        }
      }
      case 2 -> leave(random, fixture);
      case 3 -> {
        // Receivers leave between the poll and what follows from it.
        fixture.poll();
        leave(random, fixture);
        leave(random, fixture);
        fixture.dispatch();
      }
      case 4 -> fixture.fallback().readAll();
      case 5 -> fixture.turnUntilIdle();
      case 6 -> {
        if (random.nextInt(10) == 0) {
          fixture.assertAllDelivered();
        }
      }
      case 7, 8, 9, 10, 11, 12, 13, 14, 15 -> {
        if (!fixture.receivers().isEmpty()) {
          // The first one is the slowest.
          int index = Math.max(random.nextInt(fixture.receivers().size()), random.nextInt(2));
          fixture
              .receivers()
              .get(Math.min(index, fixture.receivers().size() - 1))
              .read(1 + random.nextInt(50_000));
        }
      }
      case 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26 ->
          fixture.write(1 + random.nextInt(maxMessage));
      default -> fixture.turn();
    }
  }

  private static void leave(Random random, FanoutFixture fixture) {
    if (!fixture.receivers().isEmpty()) {
      fixture.receivers().get(random.nextInt(fixture.receivers().size())).leave();
    }
  }

  private static void end(Random random, FanoutFixture fixture) {
    fixture.update();
    switch (random.nextInt(3)) {
      case 0 -> fixture.assertAllDelivered();
      case 1 -> {
        fixture.closeSource();
        fixture.assertAllDelivered();
        assertTrue(fixture.fanout().isDrained());
      }
      default -> {
        long limit = fixture.written();
        fixture.fanout().limitToPending();
        fixture.turn();
        fixture.write(1000);
        fixture.deliverAll();
        fixture.assertDeliveredUpTo(limit);
        assertTrue(fixture.fanout().isDrained());
      }
    }
  }
}
