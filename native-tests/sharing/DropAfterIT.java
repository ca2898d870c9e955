package sharing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Iosock;

/** {@code --drop-after}: a client that takes nothing is closed, and the command goes on. */
class DropAfterIT {

  private static final String CLOSED = "iosock: closed a client that took nothing for 1 s\n";
  private static final int LINES = 1_000_000;
  private static final byte[] ALL = Numbers.upTo(LINES);

  @TempDir Path directory;

  @Test
  void theRestOfTheOutputGoesToTheConsole() throws Exception {
    try (Iosock iosock = Shared.running(directory, "--drop-after 1", "read x; seq " + LINES);
        Client stalled = iosock.connect()) {
      stalled.send("go\n");
      assertEquals(0, iosock.exitCode());
      assertEquals(CLOSED, iosock.errors());
      byte[] taken = stalled.readAll();
      assertTrue(taken.length > 0);
      assertSplit(taken, Files.readAllBytes(directory.resolve("stdout")));
    }
  }

  /** The console is a pipe that takes little. */
  @Test
  void theRestOfTheOutputGoesToTheConsoleAndThenToTheNextClient() throws Exception {
    try (Iosock iosock =
            Shared.start(
                    Iosock.in(directory).output(Redirect.PIPE),
                    "--drop-after 1",
                    "read x; seq " + LINES)
                .awaitCommand();
        Client stalled = iosock.connect()) {
      stalled.send("go\n");
      awaitErrors(iosock, CLOSED);
      byte[] rest;
      try (Client next = iosock.connect()) {
        rest = next.readAll();
      }
      byte[] console = iosock.process().getInputStream().readAllBytes();
      assertEquals(0, iosock.exitCode());
      assertSplit(stalled.readAll(), console, rest);
      assertEquals(CLOSED, iosock.errors());
    }
  }

  private static void assertSplit(byte[]... parts) {
    int start = 0;
    for (byte[] part : parts) {
      assertArrayEquals(Arrays.copyOfRange(ALL, start, start + part.length), part);
      start += part.length;
    }
    assertEquals(ALL.length, start);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void theOthersGetTheWholeOutputAndEachThatIsClosedIsReported(int stalled) throws Exception {
    String options = "--drop-after 1 -c " + (stalled + 1);
    try (Iosock iosock = Shared.running(directory, options, "read x; exec seq " + LINES);
        Clients clients = Clients.connect(iosock.socket(), stalled + 1)) {
      clients.get(stalled).send("go\n");
      Clients.receive(clients.get(stalled), ALL).join();
      assertEquals(0, iosock.exitCode());
      assertEquals(CLOSED.repeat(stalled), iosock.errors());
      assertEquals("", iosock.output());
      for (int i = 0; i < stalled; i++) {
        byte[] taken = clients.get(i).readAll();
        assertTrue(taken.length < ALL.length);
        assertArrayEquals(Arrays.copyOf(ALL, taken.length), taken);
      }
    }
  }

  /**
   * Also where poll(2) says for longer than that that its socket has no space, which it has once
   * three quarters of 208 KiB are free. The kernel frees a buffer, of at most half of that, when
   * all of it has been read.
   */
  @ParameterizedTest
  @CsvSource({"20, 100000, 200", "4, 110000, 2000"})
  void oneThatReadsSlowlyButSteadilyStays(int reads, int atOnce, int pauseMillis) throws Exception {
    Pace pace = new Pace(atOnce, pauseMillis);
    try (Iosock iosock = Shared.running(directory, "--drop-after 3", "read x; exec seq " + LINES);
        Client slow = iosock.connect()) {
      slow.send("go\n");
      int done = 0;
      for (int i = 0; i < reads; i++) {
        assertArrayEquals(Arrays.copyOfRange(ALL, done, done + atOnce), slow.read(atOnce));
        done += atOnce;
        pace.pause();
      }
      assertArrayEquals(Arrays.copyOfRange(ALL, done, ALL.length), slow.readAll());
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
      assertEquals("", iosock.output());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-c 1", "-c 2", "-p"})
  void oneThatDoesNotReadStaysAsLongAsNoOutputWaits(String options) throws Exception {
    try (Iosock iosock = Shared.running(directory, "--drop-after 0.2 " + options, "exec cat");
        Client client = iosock.connect()) {
      client.send("one\n");
      await().during(1500, MILLISECONDS).atMost(20, SECONDS).until(() -> iosock.errors().isEmpty());
      client.readUntil("one");
      client.send("two\n").readUntil("two");
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void itsPlaceIsFreeAgain() throws Exception {
    Iosock.Builder builder = Iosock.in(directory).output(Redirect.DISCARD);
    try (Iosock iosock = Shared.start(builder, "--drop-after 1", "exec yes").awaitCommand();
        Client stalled = iosock.connect()) {
      try (Client other = iosock.connect()) {
        assertEquals("", other.readText(1));
      }
      awaitErrors(iosock, CLOSED);
      try (Client next = iosock.connect()) {
        next.readUntil("y\ny\ny\n");
      }
      String taken = stalled.readAllText();
      assertEquals("y\n".repeat(taken.length() / 2 + 1).substring(0, taken.length()), taken);
    }
  }

  @Test
  void onATerminalToo() throws Exception {
    String script = "stty raw; read x; exec seq " + LINES;
    try (Iosock iosock = Shared.running(directory, "-p --drop-after 1 -c 2", script);
        Clients clients = Clients.connect(iosock.socket(), 2)) {
      clients.get(1).send("go\n").readUntil("\n999999\n1000000\n");
      awaitErrors(iosock, CLOSED);
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void withServeToo() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("--drop-after", "1", "--serve", "./s.sock")
                .awaitListening();
        Client stalled = iosock.connect()) {
      CompletableFuture<Void> writing =
          CompletableFuture.runAsync(() -> write(iosock), Thread::startVirtualThread);
      awaitErrors(iosock, CLOSED);
      try (Client next = iosock.connect()) {
        byte[] rest = next.readAll();
        assertSplit(stalled.readAll(), rest);
      }
      writing.join();
      assertEquals(0, iosock.exitCode());
      assertEquals(CLOSED, iosock.errors());
    }
  }

  private static void write(Iosock iosock) {
    try (OutputStream stdin = iosock.process().getOutputStream()) {
      stdin.write(ALL);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void awaitErrors(Iosock iosock, String text) {
    await().atMost(20, SECONDS).until(() -> iosock.errors().equals(text));
  }
}
