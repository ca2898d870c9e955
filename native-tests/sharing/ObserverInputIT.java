package sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Idle;
import support.Iosock;

/** What {@code iosock --connect}, without a terminal, does with its input if it observes. */
class ObserverInputIT {

  @TempDir Path directory;

  @BeforeEach
  void makeGate() throws Exception {
    Shared.fifo(directory, "gate");
  }

  /** The command says nothing before. */
  private Iosock observed() throws Exception {
    return Shared.running(directory, "-o ./o.sock", "read x <gate; exec echo out");
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void itIsDroppedAndTheOutputStillComes(int size) throws Exception {
    try (Iosock iosock = observed();
        Peer observer = Peer.iosock(directory, "--connect", "./o.sock")) {
      observer.send("x".repeat(size)).endInput();
      Idle.await(observer.pid());
      assertTrue(observer.isRunning());
      Shared.open(directory, "gate");
      assertEquals(0, iosock.exitCode());
      assertEquals(0, observer.exitCode());
      assertEquals("out\n", observer.output());
      assertEquals("", observer.errors());
    }
  }

  /** The time that is asked for counts from the end of the input, though no byte of it is sent. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void onceItHasEndedNoMoreThanTheTimeAskedForIsWaited(int size) throws Exception {
    try (Iosock iosock = observed();
        Peer observer = Peer.iosock(directory, "-w", "0.5", "--connect", "./o.sock")) {
      observer.send("x".repeat(size)).endInput();
      assertEquals(0, observer.exitCode());
      assertEquals("", observer.output());
      assertEquals("", observer.errors());
      assertTrue(iosock.process().isAlive());
    }
  }
}
