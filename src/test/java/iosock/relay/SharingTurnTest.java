package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.posix.Libc;
import iosock.posix.TestCalls;
import iosock.signal.SignalPipe;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients, observers and a console that share one command, a turn at a time. */
class SharingTurnTest {

  private static final int STDOUT = 0;
  private static final int STDERR = 1;
  private static final int MOST = 64;

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final Texts texts = new Texts(libc);
  private final List<Integer> sockets = new ArrayList<>();
  private CommandFixture fixture;

  @AfterEach
  void close() {
    sockets.forEach(libc::close);
    fixture.close();
  }

  private void start(int clients, boolean isTee) throws CommandNotRun {
    start(new Sharing(clients, false, Seconds.NEVER, 0, isTee, Observers.NONE));
  }

  private void start(Sharing sharing) throws CommandNotRun {
    fixture = new CommandFixture(libc, signals, sharing);
  }

  @Test
  void clientsAndAnObserverGetAllOutputAndOnlyClientsAreRead() throws Exception {
    start(2, false);
    int first = client();
    int observer = observer();
    int second = client();
    texts.write(fixture.output(STDOUT), "out\n");
    texts.write(fixture.output(STDERR), "err\n");
    texts.write(observer, "not read");
    texts.write(first, "a");
    texts.write(second, "b");
    fixture.turnUntilIdle();
    assertEquals("out\nerr\n", texts.read(first));
    assertEquals("out\nerr\n", texts.read(second));
    assertEquals("out\nerr\n", texts.read(observer));
    assertEquals("", texts.read(fixture.console(STDOUT)));
    assertEquals("", texts.read(fixture.console(STDERR)));
    assertEquals("ab", texts.read(fixture.stdin()));
  }

  @Test
  void besideAnObserverTheConsoleGetsTheOutputWhileThereIsNoClient() throws Exception {
    start(1, false);
    int observer = observer();
    write("1");
    assertEquals("1", texts.read(fixture.console(STDOUT)));
    int client = client();
    write("2");
    assertEquals("2", texts.read(client));
    leave(client);
    write("3");
    assertEquals("3", texts.read(fixture.console(STDOUT)));
    assertEquals("123", texts.read(observer));
    leave(observer);
    write("4");
    assertEquals("4", texts.read(fixture.console(STDOUT)));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anObserverThatStallsIsClosedAndTheOutputGoesOn(int clients) throws Exception {
    start(2, false);
    int[] receivers = new int[Math.max(clients, 1)];
    for (int i = 0; i < clients; i++) {
      receivers[i] = client();
    }
    if (clients == 0) {
      receivers[0] = fixture.console(STDOUT);
    }
    int stalled = observer();
    int reader = observer();
    StringBuilder sent = new StringBuilder();
    StringBuilder[] received = new StringBuilder[receivers.length];
    for (int i = 0; i < received.length; i++) {
      received[i] = new StringBuilder();
    }
    StringBuilder observed = new StringBuilder();
    // Twice as much as the socket and the pipe of the observer hold.
    for (int i = 0; sent.length() < 3 << 20; i++) {
      sent.append(Texts.lines(i));
      write(Texts.lines(i));
      for (int each = 0; each < receivers.length; each++) {
        received[each].append(texts.read(receivers[each]));
      }
      observed.append(texts.read(reader));
    }
    for (StringBuilder each : received) {
      Texts.assertSame(sent.toString(), each.toString());
    }
    Texts.assertSame(sent.toString(), observed.toString());
    String had = texts.read(stalled);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(sent.toString().startsWith(had.replace(Texts.END, "")));
  }

  @Test
  void theConsoleGetsTheOutputBesideClientsOnEachStream() throws Exception {
    start(2, true);
    write("1");
    int first = client();
    write("2");
    int second = client();
    texts.write(fixture.output(STDERR), "e");
    write("3");
    leave(first);
    write("4");
    leave(second);
    write("5");
    assertEquals("12345", texts.read(fixture.console(STDOUT)));
    assertEquals("e", texts.read(fixture.console(STDERR)));
  }

  @Test
  void aConsoleThatStallsHoldsBackTheCommandAndNoPendingOutput() throws Exception {
    start(1, true);
    int client = client();
    String sent = fill();
    Texts.assertSame(sent, readWhileTurning(fixture.console(STDOUT)));
    // What the client has not read yet is there all the same.
    Texts.assertSame(sent, readWhileTurning(client));
  }

  @Test
  void whatAClientHasNotTakenIsNotWrittenToAPermanentConsoleTwice() throws Exception {
    start(1, true);
    int client = client();
    StringBuilder sent = new StringBuilder(fill());
    sent.append(fill());
    String console = readWhileTurning(fixture.console(STDOUT));
    leave(client);
    console += readWhileTurning(fixture.console(STDOUT));
    Texts.assertSame(sent.toString(), console);
    int next = client();
    write("next");
    assertEquals("next", texts.read(next));
    assertEquals("next", texts.read(fixture.console(STDOUT)));
  }

  @Test
  void aSlowClientDoesNotHoldBackWhatAnotherIsOwed() throws Exception {
    start(2, false);
    int slow = client();
    int reader = client();
    String sent = fill();
    String received = readWhileTurning(reader);
    Texts.assertSame(sent, received);
    leave(slow);
    write("more");
    assertEquals("more", texts.read(reader));
  }

  @Test
  void allClientsAndObserversThatThereMayBeGetTheOutput() throws Exception {
    start(MOST, true);
    int[] receivers = new int[2 * MOST];
    for (int i = 0; i < MOST; i++) {
      receivers[i] = client();
      receivers[MOST + i] = observer();
    }
    int tooMany = client();
    assertEquals(Texts.END, texts.read(tooMany));
    int tooManyObservers = observer();
    assertEquals(Texts.END, texts.read(tooManyObservers));
    String text = Texts.lines(1);
    write(text);
    texts.write(fixture.output(STDERR), "err");
    fixture.turnUntilIdle();
    for (int receiver : receivers) {
      assertEquals(text + "err", texts.read(receiver));
    }
    for (int i = 0; i < MOST; i++) {
      texts.write(receivers[i], Character.toString((char) ('0' + i)));
    }
    fixture.turnUntilIdle();
    String input = texts.read(fixture.stdin());
    assertEquals(MOST, input.length());
    assertEquals(MOST, input.chars().distinct().count());
  }

  @Test
  void aPieceOfOneClientIsNotMixedWithThoseOfOthers() throws Exception {
    start(3, false);
    int[] clients = {client(), client(), client()};
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < clients.length; i++) {
        texts.write(clients[i], Character.toString((char) ('a' + i)).repeat(1365));
      }
      fixture.turnUntilIdle();
      String input = texts.read(fixture.stdin());
      assertEquals(3 * 1365, input.length());
      assertEquals(2, changes(input), "pieces");
    }
  }

  private static int changes(String input) {
    int changes = 0;
    for (int i = 1; i < input.length(); i++) {
      changes += input.charAt(i) == input.charAt(i - 1) ? 0 : 1;
    }
    return changes;
  }

  /** A client whose input never ends does not keep that of another from the command. */
  @Test
  void noClientStarvesAnother() throws Exception {
    start(3, false);
    fixture.resizePipes(1 << 12);
    int flooding = client();
    int another = client();
    int third = client();
    String flood = "f".repeat(60_000);
    texts.tryWrite(flooding, flood);
    texts.write(another, "a");
    texts.write(third, "t");
    StringBuilder input = new StringBuilder();
    for (int i = 0; i < 20; i++) {
      texts.tryWrite(flooding, flood);
      fixture.turn();
      input.append(texts.read(fixture.stdin()));
    }
    assertTrue(input.indexOf("a") >= 0 && input.indexOf("t") >= 0);
    assertTrue(input.length() > 10_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutDescriptorsForItsPipesAReceiverIsClosedAndTheOthersGoOn(boolean isObserver)
      throws Exception {
    start(4, false);
    int first = client();
    int second = client();
    int observer = observer();
    // The socket takes one descriptor, and the pipes for two streams four.
    for (int spare = 1; spare < 5; spare++) {
      int rejected = isObserver ? fixture.observe() : fixture.connect();
      int descriptors = CommandFixture.openDescriptors();
      int soft = TestCalls.limitDescriptorsToSpare(spare);
      try {
        write("1");
      } finally {
        TestCalls.limitDescriptors(soft);
      }
      assertEquals(descriptors, CommandFixture.openDescriptors());
      assertTrue(texts.read(rejected).endsWith(Texts.END));
      libc.close(rejected);
      assertEquals("1", texts.read(first));
      assertEquals("1", texts.read(second));
      assertEquals("1", texts.read(observer));
    }
    int served = isObserver ? observer() : client();
    write("2");
    assertEquals("2", texts.read(served));
    assertEquals("2", texts.read(first));
    assertEquals("2", texts.read(second));
    assertEquals("2", texts.read(observer));
    assertEquals("", texts.read(fixture.console(STDOUT)));
  }

  @Test
  void aClientThatTakesNothingIsClosedAfterAWhileAndReportedOnce() throws Exception {
    start(dropAfter(2));
    int stalled = client();
    int reader = client();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    writeUntilReported(reader, sent, received);
    received.append(readWhileTurning(reader));
    int next = client();
    String after = "after\n".repeat(20_000);
    sent.append(after);
    write(after);
    received.append(readWhileTurning(reader));
    Texts.assertSame(sent.toString(), received.toString());
    Texts.assertSame(after, texts.read(next));
    assertEquals(List.of("closed after 50000000"), fixture.logged());
    String had = texts.read(stalled);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(sent.toString().startsWith(had.replace(Texts.END, "")));
  }

  @Test
  void whatOnlyAClientThatIsClosedShouldHaveHadGoesToTheConsole() throws Exception {
    start(dropAfter(1));
    int stalled = client();
    String sent = fill();
    turnUntilReported(1);
    String console = readWhileTurning(fixture.console(STDOUT));
    Texts.assertSame(sent, texts.read(stalled).replace(Texts.END, "") + console);
  }

  @Test
  void aClientForWhichNothingWaitsIsNotClosed() throws Exception {
    start(dropAfter(3));
    int idle = client();
    write("unread, in the socket");
    StringBuilder sent = new StringBuilder();
    int stalled = client();
    int reader = client();
    for (int i = 0; sent.length() < 100_000; i++) {
      sent.append(Texts.lines(i));
      write(Texts.lines(i));
    }
    // What waits for them to read is in their sockets: nothing waits for these to take it.
    long end = System.nanoTime() + 3 * 50_000_000;
    while (System.nanoTime() < end) {
      fixture.turn();
    }
    assertEquals(List.of(), fixture.logged());
    Texts.assertSame(sent.toString(), texts.read(stalled));
    Texts.assertSame(sent.toString(), texts.read(reader));
    Texts.assertSame("unread, in the socket" + sent, texts.read(idle));
  }

  private static Sharing dropAfter(int clients) {
    return new Sharing(clients, false, 50_000_000, 0, false, Observers.NONE);
  }

  /** Writes, and waits as the loop does once there is no space, until one more line is reported. */
  private void writeUntilReported(int reader, StringBuilder sent, StringBuilder received) {
    int reported = fixture.logged().size();
    for (int i = 0; fixture.logged().size() == reported; i++) {
      long now = texts.tryWrite(fixture.output(STDOUT), Texts.lines(i));
      if (now > 0) {
        sent.append(Texts.lines(i), 0, (int) now);
        fixture.turnUntilIdle();
      } else {
        fixture.relay().turn(fixture.life());
      }
      received.append(texts.read(reader));
    }
  }

  /** Waits as the loop does, for the deadline that it has set itself. */
  private void turnUntilReported(int count) {
    while (fixture.logged().size() < count) {
      fixture.relay().turn(fixture.life());
    }
  }

  private int client() {
    return attached(fixture.connect());
  }

  private int observer() {
    return attached(fixture.observe());
  }

  private int attached(int socket) {
    sockets.add(socket);
    fixture.turnUntilIdle();
    return socket;
  }

  private void leave(int socket) {
    sockets.remove((Integer) socket);
    libc.close(socket);
    fixture.turnUntilIdle();
  }

  private void write(String text) {
    texts.write(fixture.output(STDOUT), text);
    fixture.turnUntilIdle();
  }

  /**
   * Writes until nothing more can be moved.
   *
   * @return what was written
   */
  private String fill() {
    StringBuilder written = new StringBuilder();
    long now;
    for (int i = 0; (now = texts.tryWrite(fixture.output(STDOUT), Texts.lines(i))) > 0; i++) {
      written.append(Texts.lines(i), 0, (int) now);
      fixture.turnUntilIdle();
    }
    return written.toString();
  }

  private String readWhileTurning(int fd) {
    StringBuilder all = new StringBuilder();
    String some;
    do {
      fixture.turnUntilIdle();
      some = texts.readOnce(fd);
      all.append(some);
    } while (!some.isEmpty() && !some.equals(Texts.END));
    return all.toString();
  }
}
