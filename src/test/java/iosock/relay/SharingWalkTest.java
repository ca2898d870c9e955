package iosock.relay;

import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.signal.SignalPipe;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.RepeatedTest;

/**
 * Random walks: clients and observers come, take each other's places, send, read, stall and leave
 * while the command reads and writes, with all options of a shared socket.
 */
class SharingWalkTest {

  private static final int[] PIPE_SIZES = {1 << 12, 1 << 16, 1 << 20};
  private static final int[] REPLAY_SIZES = {0, 0, 1, 500, 20_000, 300_000};
  private static final long[] DROP_AFTER = {
    Seconds.NEVER, Seconds.NEVER, Seconds.NEVER, Seconds.NEVER, 2_000_000
  };
  private static final int MAX_CLIENTS = 6;
  private static final int WALKS = 10;
  private static final int STEPS = 4000;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(1 << 17);
  private final SignalPipe signals = SignalPipe.open(libc, 0);

  @RepeatedTest(25)
  void eachReceiverGetsItsBytesOnceAndInOrder() throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    for (int i = 0; i < WALKS; i++) {
      try {
        walk(new Random(seed + i));
      } catch (AssertionError e) {
        throw new AssertionError("with -Dseed=" + (seed + i) + ": " + e.getMessage(), e);
      }
    }
  }

  private void walk(Random random) throws Exception {
    Sharing sharing =
        new Sharing(
            1 + random.nextInt(MAX_CLIENTS),
            random.nextInt(3) == 0,
            DROP_AFTER[random.nextInt(DROP_AFTER.length)],
            REPLAY_SIZES[random.nextInt(REPLAY_SIZES.length)],
            random.nextInt(3) == 0,
            Observers.NONE);
    // A walk of small messages fills the slots of the pipes, one of large ones their bytes.
    int maxRecords = random.nextBoolean() ? 25 : 7_500;
    try (CommandFixture fixture = new CommandFixture(libc, signals, sharing);
        SharingModel model = new SharingModel(libc, buffer, fixture, sharing)) {
      fixture.resizePipes(PIPE_SIZES[random.nextInt(PIPE_SIZES.length)]);
      if (random.nextInt(5) == 0) {
        fixture.useSocketsForOutput();
      }
      for (int i = 0; i < STEPS; i++) {
        step(random, model, maxRecords);
      }
      if (random.nextBoolean()) {
        model.assertAllDelivered();
      }
      if (sharing.replaySize() > 0 && random.nextBoolean()) {
        model.assertReplay(sharing.replaySize());
      }
      model.assertAllDeliveredAtExit();
    } catch (AssertionError e) {
      throw new AssertionError(e.getMessage() + "; " + sharing, e);
    }
  }

  private static void step(Random random, SharingModel model, int maxRecords) {
    int records = 1 + random.nextInt(maxRecords);
    int length = 4 * records;
    switch (random.nextInt(50)) {
      case 0, 1 -> model.connect(random.nextInt(4) == 0);
      case 2 -> {
        if (random.nextInt(3) == 0) {
          model.observe();
        }
      }
      case 3 -> any(random, model.clients(), SharingModel.Client::leave);
      case 4 -> {
        if (random.nextInt(8) == 0) {
          any(random, model.clients(), SharingModel.Client::shutdownSending);
        }
      }
      case 5 -> {
        if (random.nextInt(4) == 0) {
          any(random, model.observers(), SharingModel.Observer::leave);
        } else {
          any(random, model.observers(), each -> each.send(records));
        }
      }
      case 6 -> {
        if (random.nextInt(10) == 0) {
          model.clients().forEach(SharingModel.Client::leave);
        }
      }
      case 7 -> model.turnUntilIdle();
      case 8 -> {
        if (random.nextInt(20) == 0) {
          model.assertAllDelivered();
        }
      }
      case 9, 10, 11, 12 -> model.readConsole(2 * length);
      case 13, 14, 15, 16, 17, 18, 19, 20 ->
          any(random, model.clients(), each -> each.read(2 * length));
      case 21, 22, 23, 24 -> any(random, model.observers(), each -> each.read(4 * length));
      case 25, 26, 27, 28 -> any(random, model.clients(), each -> each.send(length));
      case 29, 30, 31 -> model.readStdin(2 * length);
      case 32, 33, 34, 35 -> model.write(0, records);
      case 36 -> model.write(1, records);
      default -> model.turn();
    }
  }

  private static <T> void any(Random random, List<T> peers, Consumer<T> action) {
    if (!peers.isEmpty()) {
      action.accept(peers.get(random.nextInt(peers.size())));
    }
  }
}
