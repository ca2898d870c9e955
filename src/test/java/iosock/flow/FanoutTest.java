package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.TestCalls;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** One stream of output and its receivers, a turn at a time. */
class FanoutTest {

  private static final int CAPACITY = 4;
  private static final int SIZE = 1 << 16;

  /** A receiver that is stalled takes less: its socket, its own pipe and the source's. */
  private static final int MORE_THAN_FITS = 4 << 20;

  @ParameterizedTest
  @ValueSource(ints = {1 << 12, 1 << 16, 1 << 20})
  void eachReceiverGetsEveryByteInOrder(int size) {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(size, CAPACITY)) {
      for (int i = 0; i < CAPACITY; i++) {
        fixture.add();
      }
      while (fixture.written() < MORE_THAN_FITS) {
        fixture.write(30_000);
        fixture.assertAllDelivered();
      }
    }
  }

  @Test
  void aReceiverThatJoinsGetsWhatNoReceiverHasTaken() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      fixture.write(100);
      fixture.turnUntilIdle();
      fixture.write(50);
      SocketSink first = fixture.add();
      fixture.turnUntilIdle();
      fixture.write(7);
      SocketSink second = fixture.add();
      fixture.assertAllDelivered();
      assertEquals(100, fixture.fallback().taken());
      assertEquals(57, first.taken());
      assertEquals(7, second.taken());
    }
  }

  @Test
  void aStalledReceiverHoldsBackTheWriterAndNoPendingBytesOfAnother() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink reader = fixture.add();
      fillAll(fixture, reader);
      long stalledHas = stalled.taken();
      // The reader has all that the stalled receiver's own pipe holds, and that was copied.
      assertTrue(reader.taken() > stalledHas + Pipe.LARGE / 2, reader.taken() + " taken");
      fixture.assertIdle();
      stalled.leave();
      fixture.assertAllDelivered();
      assertEquals(fixture.written(), reader.taken());
      assertEquals(stalledHas, stalled.taken());
    }
  }

  @Test
  void aStalledReceiverHoldsBackTheWriterWhereBytesAreCopied() {
    try (FanoutFixture fixture = FanoutFixture.ofSocket(CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink reader = fixture.add();
      fillAll(fixture, reader);
      fixture.assertIdle();
      stalled.readAll();
      fixture.assertAllDelivered();
      stalled.leave();
      fixture.write(100);
      fixture.assertAllDelivered();
      assertEquals(fixture.written(), reader.taken());
    }
  }

  /** What was copied out of the source and did not fit into the socket is held in memory. */
  @Test
  void aReceiverThatJoinsGetsWhatIsHeldInMemory() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      fixture.add(fixture.newSink().copying());
      while (fixture.write(30_000) > 0) {
        fixture.turnUntilIdle();
      }
      SocketSink late = fixture.add();
      fixture.turnUntilIdle();
      late.readAll();
      assertTrue(late.taken() > SIZE, late.taken() + " taken");
      fixture.assertAllDelivered();
    }
  }

  private static void fillAll(FanoutFixture fixture, SocketSink reader) {
    long before;
    do {
      before = fixture.written();
      fixture.write(30_000);
      fixture.turnUntilIdle();
      reader.readAll();
      fixture.turnUntilIdle();
      reader.readAll();
    } while (fixture.written() > before);
    assertTrue(fixture.written() < MORE_THAN_FITS);
  }

  @Test
  void whatTheLastReceiverHasNotTakenGoesToTheFallbackAndToTheNext() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(1 << 20, CAPACITY)) {
      SocketSink first = fixture.add();
      SocketSink second = fixture.add();
      // No receiver reads.
      fillAll(fixture, fixture.fallback());
      first.leave();
      fixture.turnUntilIdle();
      second.leave();
      // As much as the fallback's socket holds; the next receiver gets the rest.
      fixture.turnUntilIdle();
      assertTrue(fixture.fallback().taken() > 0);
      SocketSink next = fixture.add();
      SocketSink another = fixture.add();
      fixture.assertAllDelivered();
      assertTrue(next.taken() > 0);
      assertTrue(another.taken() <= next.taken());
    }
  }

  @Test
  void whatAnotherReceiverHasHadDoesNotGoToTheFallback() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink reader = fixture.add();
      SocketSink stalled = fixture.add();
      fillAll(fixture, reader);
      reader.leave();
      fixture.turnUntilIdle();
      assertTrue(stalled.taken() < reader.taken());
      stalled.leave();
      fixture.turnUntilIdle();
      assertTrue(fixture.fallback().taken() <= fixture.written() - reader.taken());
      fixture.write(SIZE);
      fixture.assertAllDelivered();
      assertTrue(fixture.fallback().taken() > 0);
    }
  }

  @Test
  void whatOneThatHasLeftHadTakenDoesNotGoToOneThatJoins() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink reader = fixture.add();
      fillAll(fixture, reader);
      long had = reader.position();
      assertTrue(stalled.position() < had);
      reader.leave();
      SocketSink next = fixture.add();
      assertEquals(had, next.position());
      stalled.readAll();
      fixture.assertAllDelivered();
    }
  }

  @Test
  void allReceiversLeaveAtOnce() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      for (int i = 0; i < CAPACITY; i++) {
        fixture.add();
      }
      fillAll(fixture, fixture.receivers().get(1));
      fixture.receivers().forEach(SocketSink::leave);
      fixture.assertAllDelivered();
    }
  }

  /** A buffer that was copied by tee(2) takes a slot of the pipe, however small it is. */
  @Test
  void smallMessagesFillAPipeWithFewBytes() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(1 << 20, CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink reader = fixture.add();
      int messages = 0;
      while (fixture.write(64) > 0) {
        messages++;
        fixture.turnUntilIdle();
        reader.readAll();
      }
      assertTrue(messages > 500, messages + " messages");
      fixture.assertIdle();
      stalled.readAll();
      fixture.assertAllDelivered();
      assertEquals(fixture.written(), stalled.taken());
      assertEquals(fixture.written(), reader.taken());
    }
  }

  /** The source is found readable, and empty by the time that it is read. */
  @Test
  void receiversLeaveBetweenThePollAndTheTurn() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink first = fixture.add();
      SocketSink second = fixture.add();
      while (fixture.fanout().pending() == 0) {
        fixture.write(10_000);
        fixture.turnUntilIdle();
        first.readAll();
        second.readAll();
        fixture.turnUntilIdle();
      }
      SocketSink late = fixture.add();
      fixture.poll();
      stalled.leave();
      late.leave();
      fixture.dispatch();
      fixture.assertAllDelivered();
      fixture.write(100);
      fixture.assertAllDelivered();
      assertEquals(fixture.written(), first.taken());
      assertEquals(fixture.written(), second.taken());
    }
  }

  @Test
  void afterTheLimitNothingIsDelivered() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink stalled = fixture.add();
      SocketSink reader = fixture.add();
      fillAll(fixture, reader);
      long limit = fixture.written();
      fixture.fanout().limitToPending();
      fixture.turnUntilIdle();
      assertFalse(fixture.fanout().isDrained());
      stalled.readAll();
      fixture.turnUntilIdle();
      assertFalse(fixture.fanout().isDrained());
      fixture.write(1000);
      fixture.deliverAll();
      fixture.assertDeliveredUpTo(limit);
      assertTrue(fixture.fanout().isDrained());
    }
  }

  @Test
  void theLimitHoldsForTheFallbackToo() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      fixture.add();
      fixture.add();
      fillAll(fixture, fixture.receivers().getLast());
      fixture.fanout().limitToPending();
      fixture.receivers().forEach(SocketSink::leave);
      fixture.assertAllDelivered();
      assertTrue(fixture.fanout().isDrained());
      long limit = fixture.written();
      fixture.write(100);
      fixture.deliverAll();
      fixture.assertDeliveredUpTo(limit);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, CAPACITY})
  void atEndOfFileAllIsDelivered(int count) {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      for (int i = 0; i < count; i++) {
        fixture.add();
      }
      fixture.write(50_000);
      fixture.turn();
      fixture.write(50_000);
      fixture.closeSource();
      fixture.assertAllDelivered();
      assertTrue(fixture.fanout().isDrained());
      fixture.assertIdle();
    }
  }

  @Test
  void atEndOfFileAStalledReceiverIsWaitedFor() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink stalled = fixture.add();
      fillAll(fixture, fixture.add());
      fixture.closeSource();
      fixture.turnUntilIdle();
      assertFalse(fixture.fanout().isDrained());
      stalled.readAll();
      fixture.assertAllDelivered();
      assertTrue(fixture.fanout().isDrained());
    }
  }

  @Test
  void ownPipesAreClosedWhenOneReceiverIsLeft() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      SocketSink[] sinks = new SocketSink[CAPACITY];
      for (int i = 0; i < CAPACITY; i++) {
        sinks[i] = fixture.newSink();
      }
      int before = FanoutFixture.openDescriptors();
      fixture.add(sinks[0]);
      assertEquals(before, FanoutFixture.openDescriptors());
      for (int i = 1; i < CAPACITY; i++) {
        fixture.add(sinks[i]);
        assertEquals(before + 2 * (i + 1), FanoutFixture.openDescriptors());
      }
      fixture.write(1000);
      fixture.assertAllDelivered();
      for (int i = CAPACITY - 1; i > 1; i--) {
        sinks[i].leave();
        fixture.update();
        // The receiver's socket is a pair.
        before -= 2;
        assertEquals(before + 2 * i, FanoutFixture.openDescriptors());
      }
      fixture.write(1000);
      fixture.turn();
      sinks[0].leave();
      fixture.turnUntilIdle();
      assertEquals(before - 2, FanoutFixture.openDescriptors());
      fixture.write(1000);
      fixture.assertAllDelivered();
      assertEquals(3000, sinks[1].taken());
    }
  }

  @Test
  void aReceiverIsNotAddedWithoutDescriptorsForItsPipe() {
    try (FanoutFixture fixture = FanoutFixture.ofPipe(SIZE, CAPACITY)) {
      fixture.add();
      SocketSink rejected = fixture.newSink();
      for (int spare = 0; spare < 4; spare++) {
        int before = FanoutFixture.openDescriptors();
        int soft = TestCalls.limitDescriptorsToSpare(spare);
        boolean isAdded = fixture.fanout().add(rejected, Overflow.WAIT);
        TestCalls.limitDescriptors(soft);
        assertFalse(isAdded);
        assertEquals(before, FanoutFixture.openDescriptors());
        fixture.write(1000);
        fixture.assertAllDelivered();
      }
      rejected.close();
      fixture.add();
      fixture.write(1000);
      fixture.assertAllDelivered();
    }
  }
}
