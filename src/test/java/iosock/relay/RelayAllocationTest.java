package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.sun.management.ThreadMXBean;
import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.Memory;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.process.Command;
import iosock.process.SignalState;
import iosock.process.Spawner;
import iosock.process.StdioPipes;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Turns of the real loop, with a real command and a client in the same thread. */
class RelayAllocationTest {

  private static final int WARM_UP = 50_000;
  private static final int TURNS = 100_000;
  private static final int MESSAGE_SIZE = 64;
  private static final int SIGKILL = 9;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Libc libc = new Libc();
  private final Memory message = new Memory(MESSAGE_SIZE);

  @Test
  void aTurnAllocatesNothing(@TempDir Path directory) throws Exception {
    byte[] path = Ascii.bytes(directory.resolve("s.sock").toString());
    SignalState noSignals = new SignalState(0, 0);
    SignalPipe signals = SignalPipe.open(libc, 0);
    Listener listener = Listener.listen(libc, new SocketName(path), 0600);
    StdioPipes stdio = new StdioPipes(libc);
    Command cat = new Spawner(libc, noSignals, null).start(List.of(Ascii.bytes("cat")), stdio);
    Relay relay = new Relay(libc, signals, listener, cat, stdio);
    try {
      int client = libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
      assertEquals(0, libc.connect(client, SocketAddress.path(path)));
      echo(relay, client, WARM_UP);
      // The first time to ask allocates, too.
      threads.getCurrentThreadAllocatedBytes();
      long before = threads.getCurrentThreadAllocatedBytes();
      int turns = echo(relay, client, TURNS);
      long allocated = threads.getCurrentThreadAllocatedBytes() - before;
      System.out.printf("%d turns of the loop allocated %d bytes%n", turns, allocated);
      assertEquals(0, allocated);
      libc.close(client);
    } finally {
      libc.kill(cat.pid(), SIGKILL);
      relay.run();
      relay.close();
      listener.close();
      stdio.close();
    }
  }

  /**
   * @return how many turns it took, which are at least as many as wanted
   */
  private int echo(Relay relay, int client, int wanted) {
    int turns = 0;
    while (turns < wanted) {
      long sent = libc.send(client, message, 0, MESSAGE_SIZE, 0);
      long received;
      do {
        relay.turn();
        turns++;
        received = libc.fionread(client) == 0 ? 0 : libc.read(client, message, MESSAGE_SIZE);
      } while (received == 0);
      if (sent != MESSAGE_SIZE || received != MESSAGE_SIZE) {
        throw new AssertionError("an echo of another size");
      }
    }
    return turns;
  }
}
