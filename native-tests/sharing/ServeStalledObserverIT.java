package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Bytes;
import support.Client;
import support.Iosock;

/** The end of {@code --serve} beside an observer that takes nothing. */
@Tag("long")
class ServeStalledObserverIT {

  /** More than a socket holds, and less than the pipe of an observer. */
  private static final int SIZE = 600_000;

  @TempDir Path directory;

  /** It is closed after five seconds, and nothing else happens then. */
  @Test
  void theClientReadsEndOfFileAndTheServerEnds() throws Exception {
    byte[] input = Bytes.random(SIZE, 1);
    try (Iosock server =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("-o", "./o.sock", "--serve", "./s.sock")
                .awaitListening();
        Client stalled = Shared.connectOnceItListens(directory.resolve("o.sock"))) {
      try (Client client = server.connect()) {
        CompletableFuture<byte[]> received = Clients.readAll(client);
        try (OutputStream stdin = server.process().getOutputStream()) {
          stdin.write(input);
        }
        assertArrayEquals(input, received.get(30, SECONDS));
      }
      assertEquals(0, server.exitCode());
      assertEquals("", server.errors());
      byte[] taken = stalled.readAll();
      assertTrue(taken.length < input.length);
      assertArrayEquals(Arrays.copyOf(input, taken.length), taken);
    }
  }
}
