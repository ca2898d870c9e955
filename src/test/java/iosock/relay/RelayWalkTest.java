package iosock.relay;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.signal.SignalPipe;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random walks: clients come, send, read and leave while the command reads and writes. */
class RelayWalkTest {

  private static final int[] SIZES = {1 << 12, 1 << 16, 1 << 20};
  private static final int WALKS = 50;
  private static final int STEPS = 1000;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(1 << 17);
  private final SignalPipe signals = SignalPipe.open(libc, 0);

  /**
   * @param limit how many clients there may be at once
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void eachByteArrivesOnceAndInOrder(int limit) throws Exception {
    long seed = Long.getLong("seed", System.nanoTime());
    for (int i = 0; i < WALKS; i++) {
      try {
        walk(new Random(seed + i), limit);
      } catch (AssertionError e) {
        throw new AssertionError("with -Dseed=" + (seed + i) + ": " + e.getMessage(), e);
      }
    }
  }

  private void walk(Random random, int limit) throws Exception {
    int maxMessage = random.nextBoolean() ? 100 : 30_000;
    try (CommandFixture fixture = new CommandFixture(libc, signals, limit);
        RelayModel model = new RelayModel(libc, buffer, fixture, limit)) {
      int descriptors = CommandFixture.openDescriptors();
      fixture.resizePipes(SIZES[random.nextInt(SIZES.length)]);
      for (int i = 0; i < STEPS; i++) {
        step(random, model, maxMessage);
      }
      if (random.nextBoolean()) {
        model.assertAllDelivered();
        model.assertAllClosed(descriptors);
      }
      model.write(0, 1000);
      model.assertAllDeliveredAtExit();
    }
  }

  private static void step(Random random, RelayModel model, int maxMessage) {
    int length = 1 + random.nextInt(maxMessage);
    switch (random.nextInt(40)) {
      case 0, 1 -> model.connect();
      case 2 -> client(random, model, RelayModel.Peer::leave);
      case 3 -> {
        if (random.nextBoolean()) {
          model.leaveBeforeAccept();
        } else {
          model.clients().forEach(RelayModel.Peer::leave);
        }
      }
      case 4 -> {
        if (random.nextInt(5) == 0) {
          client(random, model, RelayModel.Peer::shutdownSending);
        }
      }
      case 5 -> model.turnUntilIdle();
      case 6 -> {
        if (random.nextInt(10) == 0) {
          model.assertAllDelivered();
        }
      }
      case 7, 8, 9, 10 -> model.readConsole(length);
      case 11, 12, 13, 14, 15, 16 -> client(random, model, each -> each.read(2 * length));
      case 17, 18, 19, 20, 21, 22 -> client(random, model, each -> each.send(length));
      case 23, 24, 25 -> model.readStdin(2 * length);
      case 26, 27, 28, 29 -> model.write(0, length);
      case 30 -> model.write(1, length);
      default -> model.turn();
    }
  }

  private static void client(Random random, RelayModel model, Consumer<RelayModel.Peer> action) {
    List<RelayModel.Peer> clients = model.clients();
    if (!clients.isEmpty()) {
      action.accept(clients.get(random.nextInt(clients.size())));
    }
  }
}
