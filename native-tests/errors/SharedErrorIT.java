package errors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Run;

/** The system calls fail that only a command makes whose output is shared. */
@Tag("long")
class SharedErrorIT {

  private static final int ONE_LISTENS = 1;
  private static final int SIGTERM = 15;
  private static final int SIGWINCH = 28;
  private static final String ALWAYS = "1+1";
  private static final int SIZE = 500_000;
  private static final String ON_REQUEST = "read x; exec cat output";

  /** In the trace of a call that fails. */
  private static final String INJECTED = "(INJECTED)";

  private static final long ROUND_NANOS = 50_000_000;

  /** How many calls fail before one looks. */
  private static final int FAILURES = 30;

  /** At the beginning: also for the connection and the request. */
  private static final int MORE = 10;

  @TempDir Path directory;

  private final byte[] output = Bytes.random(SIZE, 1);

  static Stream<Arguments> overcome() {
    return Stream.of("EINTR", "EAGAIN", "ENOMEM", "ENOBUFS", "EPERM", "ENOSYS")
        .flatMap(errno -> Stream.of(Arguments.of(errno, "1"), Arguments.of(errno, "2+3")));
  }

  @ParameterizedTest
  @MethodSource("overcome")
  void noByteIsLostThatIsCopiedForTwoClients(String errno, String when) throws Exception {
    try (Iosock iosock = start(ON_REQUEST, "-c", "2");
        Client first = iosock.connect();
        Client second = iosock.connect()) {
      await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock.pid()) == ONE_LISTENS + 2);
      fail("tee", errno, when, iosock);
      first.send("go\n");
      CompletableFuture<byte[]> other = readAll(second);
      assertArrayEquals(output, first.readAll());
      assertArrayEquals(output, other.join());
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
    await("a call that fails").atMost(20, SECONDS).until(() -> Injection.happened(directory));
  }

  @Test
  void withoutMemoryToCopyOutputForTwoClientsTheLoopPauses() throws Exception {
    try (Iosock iosock = start(ON_REQUEST, "-c", "2");
        Client first = iosock.connect();
        Client second = iosock.connect()) {
      await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock.pid()) == ONE_LISTENS + 2);
      Process strace = fail("tee", "ENOMEM", ALWAYS, iosock);
      long start = System.nanoTime();
      first.send("go\n");
      assertPauses(start);
      end(strace);
      CompletableFuture<byte[]> other = readAll(second);
      assertArrayEquals(output, first.readAll());
      assertArrayEquals(output, other.join());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void withoutMemoryToSendAReplayTheLoopPauses() throws Exception {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "gate"));
    try (Iosock iosock = start("read x <gate; cat output; exec sleep 1000", "-r", "1M")) {
      Files.writeString(directory.resolve("gate"), "go\n");
      Path console = directory.resolve("stdout");
      await().atMost(20, SECONDS).until(() -> Files.size(console) == SIZE);
      Process strace = fail("sendto", "ENOMEM", ALWAYS, iosock);
      long start = System.nanoTime();
      try (Client client = iosock.connect()) {
        assertPauses(start);
        assertEquals(0, client.available().length);
        end(strace);
        assertArrayEquals(output, client.read(SIZE));
      }
    }
  }

  /**
   * Traces also the calls with which the loop waits; aarch64 has ppoll only. Returns once a call of
   * the loop was seen: before, one could be missed.
   */
  private Process fail(String call, String errno, String when, Iosock iosock) throws Exception {
    Process strace =
        new Injection(call, errno, when).into(iosock.pid(), directory, "?poll", "ppoll");
    Path trace = directory.resolve("trace");
    await()
        .atMost(20, SECONDS)
        .until(
            () -> {
              // Something for poll to return, after which it is called again.
              iosock.signal(SIGWINCH);
              return Files.readString(trace).contains("poll");
            });
    return strace;
  }

  /**
   * Asserts that the call is made only every 50 ms, for each of two clients, though poll(2) says
   * all the time that it can be made; and that the loop waits meanwhile.
   */
  private void assertPauses(long start) throws Exception {
    Path trace = directory.resolve("trace");
    await().atMost(20, SECONDS).until(() -> count(Files.readAllLines(trace), INJECTED) >= FAILURES);
    List<String> calls = Files.readAllLines(trace);
    long rounds = (System.nanoTime() - start) / ROUND_NANOS + 1;
    long failed = count(calls, INJECTED);
    long waits = count(calls, "poll(");
    String counts = rounds + " rounds, " + failed + " failed calls, " + waits + " waits";
    assertTrue(failed <= 2 * rounds + MORE, counts);
    assertTrue(waits <= 2 * rounds + MORE, counts);
  }

  private static long count(List<String> calls, String part) {
    return calls.stream().filter(call -> call.contains(part)).count();
  }

  /** Calls succeed again. */
  private static void end(Process strace) throws Exception {
    Proc.signal(strace.pid(), SIGTERM);
    assertTrue(strace.waitFor(20, SECONDS));
  }

  private Iosock start(String script, String... options) throws Exception {
    Files.write(directory.resolve("output"), output);
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("./s.sock", "sh", "-c", script));
    return Iosock.in(directory).startWith(arguments.toArray(String[]::new)).awaitCommand();
  }

  private static CompletableFuture<byte[]> readAll(Client client) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            return client.readAll();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }
}
