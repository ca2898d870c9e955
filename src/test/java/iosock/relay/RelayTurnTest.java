package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Signals;
import iosock.posix.Sockets;
import iosock.posix.TestCalls;
import iosock.signal.SignalPipe;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a relay does when things happen in an order that the test chooses. */
class RelayTurnTest {

  private static final int SIZE = 1 << 17;
  private static final int STDOUT = 0;
  private static final int STDERR = 1;

  /** sys/socket.h. */
  private static final int SHUT_RD = 0;

  private static final String END = "(end)";

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final NativeBuffer buffer = new NativeBuffer(SIZE);
  private CommandFixture fixture;

  @BeforeEach
  void start() throws CommandNotRun {
    fixture = new CommandFixture(libc, signals, 1);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void outputGoesToTheConsoleUntilAClientHasConnected() {
    write(STDOUT, "1");
    write(STDERR, "2");
    fixture.turnUntilIdle();
    int client = fixture.connect();
    write(STDOUT, "3");
    write(STDERR, "4");
    fixture.turnUntilIdle();
    assertEquals("1", read(fixture.console(STDOUT)));
    assertEquals("2", read(fixture.console(STDERR)));
    assertEquals("34", read(client));
    libc.close(client);
    write(STDOUT, "5");
    write(STDERR, "6");
    fixture.turnUntilIdle();
    assertEquals("5", read(fixture.console(STDOUT)));
    assertEquals("6", read(fixture.console(STDERR)));
  }

  /** A client that is full takes errors before the rest of an output that fills it. */
  @Test
  void aFloodOfOutputDoesNotHoldBackErrors() {
    int client = connect();
    for (int i = 0; i < 6; i++) {
      write(STDOUT, "o".repeat(100_000));
      fixture.turnUntilIdle();
    }
    write(STDERR, "error");
    StringBuilder received = new StringBuilder();
    while (received.length() < 6 * 100_000 + 5) {
      fixture.turnUntilIdle();
      received.append(read(client));
    }
    int at = received.indexOf("error");
    assertTrue(at < 500_000, "after " + at + " bytes");
    libc.close(client);
  }

  @Test
  void aClientIsReplacedInOneTurn() {
    int first = connect();
    send(first, "a");
    libc.close(first);
    int second = fixture.connect();
    send(second, "b");
    write(STDOUT, "1");
    assertTrue(fixture.turn());
    fixture.turnUntilIdle();
    assertEquals("ab", read(fixture.stdin()));
    assertEquals("1", read(second));
    assertEquals("", read(fixture.console(STDOUT)));
    libc.close(second);
  }

  @Test
  void clientsThatHaveLeftBeforeTheyWereAcceptedHaveSentAllTheSame() {
    for (char c = 'a'; c <= 'e'; c++) {
      int client = fixture.connect();
      send(client, Character.toString(c));
      libc.close(client);
    }
    int last = fixture.connect();
    send(last, "f");
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    assertEquals("abcdef", read(fixture.stdin()));
    assertEquals("1", read(last));
    libc.close(last);
  }

  @Test
  void aClientThatHasShutDownSendingReceives() {
    int client = connect();
    send(client, "a");
    libc.shutdown(client, Sockets.SHUT_WR);
    fixture.turnUntilIdle();
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    assertEquals("a", read(fixture.stdin()));
    assertEquals("1", read(client));
    libc.close(client);
    int next = connect();
    send(next, "b");
    fixture.turnUntilIdle();
    assertEquals("b", read(fixture.stdin()));
    libc.close(next);
  }

  @Test
  void aClientThatHasShutDownReceivingSends() {
    int client = connect();
    libc.shutdown(client, SHUT_RD);
    fixture.turnUntilIdle();
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    send(client, "a");
    fixture.turnUntilIdle();
    assertEquals("a", read(fixture.stdin()));
    assertEquals("1", read(fixture.console(STDOUT)));
    libc.close(client);
  }

  @Test
  void inputOfClientsThatHaveLeftComesFirst() {
    fixture.resizePipes(1 << 12);
    String first = "a".repeat(30_000);
    String second = "b".repeat(30_000);
    int one = connect();
    send(one, first);
    libc.close(one);
    fixture.turnUntilIdle();
    int two = connect();
    send(two, second);
    fixture.turnUntilIdle();
    libc.close(two);
    int three = connect();
    send(three, "c");
    fixture.turnUntilIdle();
    assertEquals(first + second + "c", readWhileTurning(fixture.stdin()));
    libc.close(three);
  }

  @Test
  void ofClientsThatLeaveTogetherTheOneThatCameFirstIsReadFirst() throws Exception {
    fixture.close();
    fixture = new CommandFixture(libc, signals, 2);
    fixture.resizePipes(1 << 12);
    String input = "a".repeat(30_000);
    int first = connect();
    int second = connect();
    send(first, input);
    libc.close(first);
    send(second, "b");
    libc.close(second);
    assertEqualLines(input + "b", readWhileTurning(fixture.stdin()));
  }

  @Test
  void aClientTooManyIsClosedAtOnceAndTheOtherDoesNotNotice() {
    int client = connect();
    int second = fixture.connect();
    send(second, "lost");
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    assertEquals(-Errno.ECONNRESET, libc.read(second, buffer, 1));
    libc.close(second);
    send(client, "a");
    fixture.turnUntilIdle();
    assertEquals("a", read(fixture.stdin()));
    assertEquals("1", read(client));
    libc.close(client);
  }

  @Test
  void whatAStalledClientHasNotTakenGoesToTheConsole() {
    int client = connect();
    String sent = fill(STDOUT);
    String had = readOnce(client);
    libc.close(client);
    assertTrue(had.length() < sent.length());
    // What the client's socket held beyond what it read is gone with the client.
    String rest = readWhileTurning(fixture.console(STDOUT));
    assertTrue(sent.endsWith(rest) && !rest.isEmpty());
    int next = connect();
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    assertEquals("1", read(next));
    libc.close(next);
  }

  @Test
  void inputIsDroppedOnceTheCommandReadsNoMore() {
    fixture.resizePipes(1 << 12);
    int client = connect();
    String piece = "a".repeat(10_000);
    while (tryWrite(client, piece) > 0) {
      fixture.turnUntilIdle();
    }
    fixture.closeStdin();
    for (int i = 0; i < 100; i++) {
      fixture.turnUntilIdle();
      send(client, piece);
    }
    write(STDOUT, "1");
    fixture.turnUntilIdle();
    assertEquals("1", read(client));
    libc.close(client);
    int next = connect();
    send(next, piece);
    fixture.turnUntilIdle();
    assertEquals(0, libc.fionread(next));
    libc.close(next);
  }

  @Test
  void withoutDescriptorsAClientWaitsAndIsServedLater() {
    int client = fixture.connect();
    send(client, "a");
    int soft = TestCalls.limitDescriptorsToSpare(0);
    try {
      // Idle, though a connection is pending that poll(2) would find again and again.
      fixture.turnUntilIdle();
      write(STDOUT, "1");
      fixture.turnUntilIdle();
    } finally {
      TestCalls.limitDescriptors(soft);
    }
    assertEquals("1", read(fixture.console(STDOUT)));
    assertEquals("", read(fixture.stdin()));
    // It is tried again after any event, as that may have freed a descriptor.
    write(STDERR, "2");
    fixture.turnUntilIdle();
    assertEquals("a", read(fixture.stdin()));
    write(STDOUT, "3");
    fixture.turnUntilIdle();
    assertEquals("3", read(client));
    libc.close(client);
  }

  /** The turn waits for as long as the loop does. */
  @Test
  void withoutAnyEventAClientIsServedASecondLater() {
    int client = fixture.connect();
    send(client, "a");
    int soft = TestCalls.limitDescriptorsToSpare(0);
    fixture.turnUntilIdle();
    TestCalls.limitDescriptors(soft);
    long start = System.nanoTime();
    fixture.relay().turn(fixture.life());
    assertTrue(System.nanoTime() - start < 2_000_000_000L);
    fixture.turnUntilIdle();
    assertEquals("a", read(fixture.stdin()));
    libc.close(client);
  }

  @Test
  void atExitAllThatWasWrittenIsDelivered() {
    fixture.resizePipes(1 << 20);
    int client = connect();
    String sent = fill(STDOUT);
    fixture.exit();
    assertFalse(fixture.life().isOver());
    assertEqualLines(sent, readWhileTurning(client));
    assertTrue(fixture.life().isOver());
    libc.close(client);
  }

  @Test
  void whatIsWrittenAfterTheExitIsNotWaitedFor() {
    int client = connect();
    for (int i = 0; i < 50; i++) {
      write(STDOUT, piece(i));
    }
    fixture.exit();
    assertFalse(fixture.life().isOver());
    write(STDOUT, "late");
    assertFalse(readWhileTurning(client).contains("late"));
    assertTrue(fixture.life().isOver());
    libc.close(client);
  }

  /** A second after SIGTERM the client is given up, and the console gets what is left. */
  @Test
  void atExitAStalledClientIsGivenUp() {
    int client = connect();
    String sent = fill(STDOUT);
    fixture.life().signal(Signals.SIGTERM);
    fixture.exit();
    StringBuilder console = new StringBuilder();
    while (!fixture.life().isOver()) {
      fixture.relay().turn(fixture.life());
      console.append(read(fixture.console(STDOUT)));
    }
    String taken = read(client);
    assertFalse(console.isEmpty());
    assertEqualLines(sent, taken.replace(END, "") + console);
    assertTrue(fixture.life().isOver());
    libc.close(client);
  }

  /** Without a megabyte in the message. */
  private static void assertEqualLines(String expected, String actual) {
    assertEquals(expected.length(), actual.length());
    assertTrue(expected.equals(actual));
  }

  private int connect() {
    int client = fixture.connect();
    fixture.turnUntilIdle();
    return client;
  }

  private void write(int stream, String text) {
    send(fixture.output(stream), text);
  }

  private void send(int fd, String text) {
    assertEquals(text.length(), tryWrite(fd, text));
  }

  private long tryWrite(int fd, String text) {
    buffer.put(0, text.getBytes(StandardCharsets.ISO_8859_1));
    return libc.write(fd, buffer, 0, text.length());
  }

  /**
   * Writes until nothing more can be moved.
   *
   * @return what was written
   */
  private String fill(int stream) {
    StringBuilder written = new StringBuilder();
    long now;
    for (int i = 0; (now = tryWrite(fixture.output(stream), piece(i))) > 0; i++) {
      written.append(piece(i), 0, (int) now);
      fixture.turnUntilIdle();
    }
    return written.toString();
  }

  private static String piece(int number) {
    return ("piece " + number + "\n").repeat(1000);
  }

  /** What there is at this moment, and then the end if it is there. */
  private String read(int fd) {
    StringBuilder all = new StringBuilder();
    String some;
    while (!(some = readOnce(fd)).isEmpty()) {
      all.append(some);
      if (some.equals(END)) {
        break;
      }
    }
    return all.toString();
  }

  private String readOnce(int fd) {
    long read = libc.read(fd, buffer, SIZE);
    if (read == -Errno.EAGAIN) {
      return "";
    }
    assertTrue(read >= 0, "read: " + read);
    return read == 0 ? END : new String(buffer.get(0, (int) read), StandardCharsets.ISO_8859_1);
  }

  private String readWhileTurning(int fd) {
    StringBuilder all = new StringBuilder();
    String some;
    do {
      fixture.turnUntilIdle();
      some = readOnce(fd);
      all.append(some);
    } while (!some.isEmpty() && !some.equals(END));
    return all.toString();
  }
}
