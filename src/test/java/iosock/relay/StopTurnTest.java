package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Seconds;
import iosock.cli.Stopping;
import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Signals;
import iosock.signal.SignalPipe;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** In which order a command is sent a text, its clients' input and signals when it is stopped. */
class StopTurnTest {

  private static final String TEXT = "stop\n";
  private static final int PIPE_SIZE = 1 << 12;
  private static final int SIZE = 1 << 17;
  private static final int KILLED_BY_SIGTERM = 128 + Signals.SIGTERM;
  private static final int KILLED_BY_SIGINT = 128 + Signals.SIGINT;
  private static final int KILLED_BY_SIGKILL = 128 + Signals.SIGKILL;

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final NativeBuffer buffer = new NativeBuffer(SIZE);
  private CommandFixture fixture;

  private void start(String text, int signal, long timeoutNanos) throws CommandNotRun {
    Stopping stopping = new Stopping(signal, Ascii.bytes(text), timeoutNanos, false);
    fixture = new CommandFixture(libc, signals, 2, stopping);
  }

  private void start(String text) throws CommandNotRun {
    start(text, Signals.SIGTERM, Seconds.NEVER);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void theTextGoesAheadOfWhatHasNotBeenRead() throws Exception {
    start(TEXT);
    int client = connect();
    send(client, "later\n");
    stop();
    fixture.turnUntilIdle();
    assertEquals(TEXT + "later\n", read());
    assertFalse(fixture.hasExited());
    libc.close(client);
  }

  @Test
  void theTextGoesAheadOfWhatAClientSentThatHasLeft() throws Exception {
    start(TEXT);
    fixture.resizePipes(PIPE_SIZE);
    int client = connect();
    send(client, "a".repeat(2 * PIPE_SIZE));
    libc.close(client);
    fixture.turnUntilIdle();
    stop();
    fixture.turnUntilIdle();
    assertEquals("a".repeat(PIPE_SIZE), read());
    fixture.turnUntilIdle();
    assertEquals(TEXT, read().substring(0, TEXT.length()));
  }

  @Test
  void aPieceThatIsInThePipeStaysBeforeTheText() throws Exception {
    start(TEXT);
    int client = connect();
    send(client, "earlier ");
    fixture.turnUntilIdle();
    stop();
    send(client, "later\n");
    fixture.turnUntilIdle();
    assertEquals("earlier " + TEXT + "later\n", read());
    libc.close(client);
  }

  @Test
  void aFullPipeHoldsBackTheTextAndTheClients() throws Exception {
    start(TEXT);
    int client = fullPipe();
    stop();
    fixture.turnUntilIdle();
    assertEquals("a".repeat(PIPE_SIZE), read());
    fixture.turnUntilIdle();
    String rest = read();
    while (rest.length() < TEXT.length() + PIPE_SIZE) {
      fixture.turnUntilIdle();
      rest += read();
    }
    assertEquals(TEXT + "a".repeat(PIPE_SIZE), rest);
    assertFalse(fixture.hasExited());
    libc.close(client);
  }

  /** The pipe holds this much, and as much waits in the client's socket. */
  private int fullPipe() {
    fixture.resizePipes(PIPE_SIZE);
    int client = connect();
    send(client, "a".repeat(2 * PIPE_SIZE));
    fixture.turnUntilIdle();
    return client;
  }

  @Test
  void theSignalFollowsWhereTheTextCannotBeWrittenWithinASecond() throws Exception {
    start(TEXT);
    int client = fullPipe();
    long begin = System.nanoTime();
    stop();
    turnUntilExit();
    assertTrue(System.nanoTime() - begin >= 1_000_000_000);
    assertEquals(KILLED_BY_SIGTERM, fixture.life().exitCode());
    libc.close(client);
  }

  @Test
  void aTextThatIsHalfWrittenCountsAsNotWritten() throws Exception {
    String text = "b".repeat(2 * PIPE_SIZE);
    start(text);
    fixture.resizePipes(PIPE_SIZE);
    stop();
    fixture.turnUntilIdle();
    assertFalse(fixture.hasExited());
    turnUntilExit();
    assertEquals(KILLED_BY_SIGTERM, fixture.life().exitCode());
    assertEquals("b".repeat(PIPE_SIZE), read());
    fixture.turnUntilIdle();
    assertEquals("", read());
  }

  @Test
  void aLongTextIsWrittenWhileTheCommandReads() throws Exception {
    String text = "b".repeat(10 * PIPE_SIZE);
    start(text);
    fixture.resizePipes(PIPE_SIZE);
    int client = connect();
    send(client, "later\n");
    stop();
    StringBuilder all = new StringBuilder();
    while (all.length() < text.length() + "later\n".length()) {
      fixture.turnUntilIdle();
      all.append(read());
    }
    assertEquals(text + "later\n", all.toString());
    libc.close(client);
  }

  @Test
  void theSignalFollowsAtOnceWhereTheCommandHasClosedItsInput() throws Exception {
    start(TEXT);
    fixture.closeStdin();
    long begin = System.nanoTime();
    stop();
    turnUntilExit();
    assertTrue(System.nanoTime() - begin < 1_000_000_000);
    assertEquals(KILLED_BY_SIGTERM, fixture.life().exitCode());
  }

  @Test
  void theSecondTimeIsTheSignal() throws Exception {
    start(TEXT, Signals.SIGINT, Seconds.NEVER);
    int client = fullPipe();
    long begin = System.nanoTime();
    stop();
    fixture.turnUntilIdle();
    stop();
    turnUntilExit();
    assertTrue(System.nanoTime() - begin < 1_000_000_000);
    assertEquals(KILLED_BY_SIGINT, fixture.life().exitCode());
    assertEquals("a".repeat(PIPE_SIZE), read());
    fixture.turnUntilIdle();
    assertFalse(read().contains(TEXT));
    libc.close(client);
  }

  /** The text was the first time, and the command does not heed it. */
  @Test
  void theTimeRunsFromTheText() throws Exception {
    start(TEXT, Signals.SIGTERM, 300_000_000);
    long begin = System.nanoTime();
    stop();
    turnUntilExit();
    assertTrue(System.nanoTime() - begin >= 300_000_000);
    assertEquals(KILLED_BY_SIGKILL, fixture.life().exitCode());
    assertEquals(TEXT, read());
  }

  @Test
  void theTimeRunsFromTheFirstSignal() throws Exception {
    start("", Signals.SIGCONT, 500_000_000);
    long begin = System.nanoTime();
    while (!fixture.hasExited()) {
      stop();
      fixture.turn();
    }
    assertTrue(System.nanoTime() - begin >= 500_000_000);
    assertEquals(KILLED_BY_SIGKILL, fixture.life().exitCode());
  }

  private void stop() {
    fixture.life().signal(Signals.SIGTERM);
  }

  private void turnUntilExit() {
    while (!fixture.hasExited()) {
      fixture.relay().turn(fixture.life());
    }
  }

  private int connect() {
    int client = fixture.connect();
    fixture.turnUntilIdle();
    return client;
  }

  private void send(int fd, String text) {
    buffer.put(0, Ascii.bytes(text));
    assertEquals(text.length(), libc.write(fd, buffer, 0, text.length()));
  }

  /** What there is at this moment. */
  private String read() {
    long read = libc.read(fixture.stdin(), buffer, SIZE);
    if (read == -Errno.EAGAIN) {
      return "";
    }
    return new String(buffer.get(0, (int) read), StandardCharsets.ISO_8859_1);
  }
}
