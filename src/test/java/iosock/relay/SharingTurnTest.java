package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;
import iosock.posix.TestCalls;
import iosock.socket.Notice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Clients, observers and a console that share one command, a turn at a time. */
class SharingTurnTest {

  private static final int MOST = 64;

  private TextCommand command;
  private CommandFixture fixture;
  private Texts texts;

  @AfterEach
  void close() {
    command.close();
  }

  private void start(int clients, boolean isTee) throws CommandNotRun {
    start(new Sharing(clients, false, Seconds.NEVER, 0, isTee, Observers.NONE));
  }

  private void start(Sharing sharing) throws CommandNotRun {
    command = new TextCommand(sharing);
    fixture = command.fixture();
    texts = command.texts();
  }

  @Test
  void clientsAndAnObserverGetAllOutputAndOnlyClientsAreRead() throws Exception {
    start(2, false);
    int first = command.client();
    int observer = command.observer();
    int second = command.client();
    texts.write(fixture.output(TextCommand.STDOUT), "out\n");
    texts.write(fixture.output(TextCommand.STDERR), "err\n");
    texts.write(observer, "not read");
    texts.write(first, "a");
    texts.write(second, "b");
    fixture.turnUntilIdle();
    assertEquals("out\nerr\n", command.read(first));
    assertEquals("out\nerr\n", command.read(second));
    assertEquals("out\nerr\n", command.read(observer));
    assertEquals("", command.readConsole());
    assertEquals("", command.read(fixture.console(TextCommand.STDERR)));
    assertEquals("ab", command.readStdin());
  }

  @Test
  void anObserverThatIsAnIosockIsToldSo() throws Exception {
    start(1, false);
    Libc libc = new Libc();
    NativeBuffer buffer = new NativeBuffer(1);
    int ours = command.add(fixture.observeByName());
    int another = command.observer();
    command.write("1");
    assertEquals(Notice.OBSERVING, Notice.receive(libc, ours, buffer));
    assertEquals(Notice.NONE, Notice.receive(libc, another, buffer));
    assertEquals("1", command.read(ours));
    assertEquals("1", command.read(another));
  }

  @Test
  void besideAnObserverTheConsoleGetsTheOutputWhileThereIsNoClient() throws Exception {
    start(1, false);
    int observer = command.observer();
    command.write("1");
    assertEquals("1", command.readConsole());
    int client = command.client();
    command.write("2");
    assertEquals("2", command.read(client));
    command.leave(client);
    command.write("3");
    assertEquals("3", command.readConsole());
    assertEquals("123", command.read(observer));
    command.leave(observer);
    command.write("4");
    assertEquals("4", command.readConsole());
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void anObserverThatStallsIsClosedAndTheOutputGoesOn(int clients) throws Exception {
    start(2, false);
    int[] receivers = new int[Math.max(clients, 1)];
    for (int i = 0; i < clients; i++) {
      receivers[i] = command.client();
    }
    if (clients == 0) {
      receivers[0] = fixture.console(TextCommand.STDOUT);
    }
    int stalled = command.observer();
    int reader = command.observer();
    StringBuilder sent = new StringBuilder();
    StringBuilder[] received = new StringBuilder[receivers.length];
    for (int i = 0; i < received.length; i++) {
      received[i] = new StringBuilder();
    }
    StringBuilder observed = new StringBuilder();
    // Twice as much as the socket and the pipe of the observer hold.
    for (int i = 0; sent.length() < 3 << 20; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      for (int each = 0; each < receivers.length; each++) {
        received[each].append(command.read(receivers[each]));
      }
      observed.append(command.read(reader));
    }
    for (StringBuilder each : received) {
      Texts.assertSame(sent.toString(), each.toString());
    }
    Texts.assertSame(sent.toString(), observed.toString());
    String had = command.read(stalled);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(sent.toString().startsWith(had.replace(Texts.END, "")));
  }

  @Test
  void theConsoleGetsTheOutputBesideClientsOnEachStream() throws Exception {
    start(2, true);
    command.write("1");
    int first = command.client();
    command.write("2");
    int second = command.client();
    texts.write(fixture.output(TextCommand.STDERR), "e");
    command.write("3");
    command.leave(first);
    command.write("4");
    command.leave(second);
    command.write("5");
    assertEquals("12345", command.readConsole());
    assertEquals("e", command.read(fixture.console(TextCommand.STDERR)));
  }

  @Test
  void aConsoleThatStallsHoldsBackTheCommandAndNoPendingOutput() throws Exception {
    start(1, true);
    int client = command.client();
    String sent = command.fill();
    Texts.assertSame(sent, command.readWhileTurning(fixture.console(TextCommand.STDOUT)));
    // What the client has not read yet is there all the same.
    Texts.assertSame(sent, command.readWhileTurning(client));
  }

  @Test
  void whatAClientHasNotTakenIsNotWrittenToAPermanentConsoleTwice() throws Exception {
    start(1, true);
    int client = command.client();
    StringBuilder sent = new StringBuilder(command.fill());
    sent.append(command.fill());
    String console = command.readWhileTurning(fixture.console(TextCommand.STDOUT));
    command.leave(client);
    console += command.readWhileTurning(fixture.console(TextCommand.STDOUT));
    Texts.assertSame(sent.toString(), console);
    int next = command.client();
    command.write("next");
    assertEquals("next", command.read(next));
    assertEquals("next", command.readConsole());
  }

  @Test
  void aSlowClientDoesNotHoldBackWhatAnotherIsOwed() throws Exception {
    start(2, false);
    int slow = command.client();
    int reader = command.client();
    String sent = command.fill();
    String received = command.readWhileTurning(reader);
    Texts.assertSame(sent, received);
    command.leave(slow);
    command.write("more");
    assertEquals("more", command.read(reader));
  }

  @Test
  void allClientsAndObserversThatThereMayBeGetTheOutput() throws Exception {
    start(MOST, true);
    int[] receivers = new int[2 * MOST];
    for (int i = 0; i < MOST; i++) {
      receivers[i] = command.client();
      receivers[MOST + i] = command.observer();
    }
    int tooMany = command.client();
    assertEquals(Texts.END, command.read(tooMany));
    int tooManyObservers = command.observer();
    assertEquals(Texts.END, command.read(tooManyObservers));
    String text = Texts.lines(1);
    command.write(text);
    texts.write(fixture.output(TextCommand.STDERR), "err");
    fixture.turnUntilIdle();
    for (int receiver : receivers) {
      assertEquals(text + "err", command.read(receiver));
    }
    for (int i = 0; i < MOST; i++) {
      texts.write(receivers[i], Character.toString((char) ('0' + i)));
    }
    fixture.turnUntilIdle();
    String input = command.readStdin();
    assertEquals(MOST, input.length());
    assertEquals(MOST, input.chars().distinct().count());
  }

  @Test
  void aPieceOfOneClientIsNotMixedWithThoseOfOthers() throws Exception {
    start(3, false);
    int[] clients = {command.client(), command.client(), command.client()};
    for (int round = 0; round < 20; round++) {
      for (int i = 0; i < clients.length; i++) {
        texts.write(clients[i], Character.toString((char) ('a' + i)).repeat(1365));
      }
      fixture.turnUntilIdle();
      String input = command.readStdin();
      assertEquals(3 * 1365, input.length());
      assertEquals(2, changes(input), "pieces");
    }
  }

  /** What fits into the pipe is the beginning of a piece; its rest comes before other pieces. */
  @Test
  void aPieceThatThePipeHasNoSpaceForIsNotMixedWithAnother() throws Exception {
    start(2, false);
    fixture.resizePipes(1 << 12);
    int[] clients = {command.client(), command.client()};
    for (int i = 0; i < clients.length; i++) {
      texts.write(clients[i], Character.toString((char) ('a' + i)).repeat(30_000));
    }
    StringBuilder input = new StringBuilder();
    while (input.length() < 2 * 30_000) {
      fixture.turnUntilIdle();
      input.append(command.readStdin());
    }
    assertEquals(1, changes(input.toString()), "pieces");
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
    int flooding = command.client();
    int another = command.client();
    int third = command.client();
    String flood = "f".repeat(60_000);
    texts.tryWrite(flooding, flood);
    texts.write(another, "a");
    texts.write(third, "t");
    StringBuilder input = new StringBuilder();
    // A piece is at most what a socket holds, and each turn moves a page of it.
    for (int i = 0; i < 200; i++) {
      texts.tryWrite(flooding, flood);
      fixture.turn();
      input.append(command.readStdin());
    }
    assertTrue(input.indexOf("a") >= 0 && input.indexOf("t") >= 0);
    assertTrue(input.length() > 10_000);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void withoutDescriptorsForItsPipesAReceiverIsClosedAndTheOthersGoOn(boolean isObserver)
      throws Exception {
    start(4, false);
    int first = command.client();
    int second = command.client();
    int observer = command.observer();
    // The socket takes one descriptor, and the pipes for two streams four.
    for (int spare = 1; spare < 5; spare++) {
      int rejected = command.add(isObserver ? fixture.observe() : fixture.connect());
      int descriptors = CommandFixture.openDescriptors();
      int soft = TestCalls.limitDescriptorsToSpare(spare);
      try {
        command.write("1");
      } finally {
        TestCalls.limitDescriptors(soft);
      }
      assertEquals(descriptors, CommandFixture.openDescriptors());
      assertTrue(command.read(rejected).endsWith(Texts.END));
      command.leave(rejected);
      assertEquals("1", command.read(first));
      assertEquals("1", command.read(second));
      assertEquals("1", command.read(observer));
    }
    int served = isObserver ? command.observer() : command.client();
    command.write("2");
    assertEquals("2", command.read(served));
    assertEquals("2", command.read(first));
    assertEquals("2", command.read(second));
    assertEquals("2", command.read(observer));
    assertEquals("", command.readConsole());
  }

  @Test
  void aClientThatTakesNothingIsClosedAfterAWhileAndReportedOnce() throws Exception {
    start(dropAfter(2));
    int stalled = command.client();
    int reader = command.client();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    writeUntilReported(reader, sent, received);
    received.append(command.readWhileTurning(reader));
    int next = command.client();
    String after = "after\n".repeat(20_000);
    sent.append(after);
    command.write(after);
    received.append(command.readWhileTurning(reader));
    Texts.assertSame(sent.toString(), received.toString());
    Texts.assertSame(after, command.read(next));
    assertEquals(List.of("closed after 50000000"), fixture.logged());
    String had = command.read(stalled);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(sent.toString().startsWith(had.replace(Texts.END, "")));
  }

  @Test
  void whatOnlyAClientThatIsClosedShouldHaveHadGoesToTheConsole() throws Exception {
    start(dropAfter(1));
    int stalled = command.client();
    String sent = command.fill();
    turnUntilReported(1);
    String console = command.readWhileTurning(fixture.console(TextCommand.STDOUT));
    Texts.assertSame(sent, command.read(stalled).replace(Texts.END, "") + console);
  }

  @Test
  void aClientForWhichNothingWaitsIsNotClosed() throws Exception {
    start(dropAfter(3));
    int idle = command.client();
    command.write("unread, in the socket");
    StringBuilder sent = new StringBuilder();
    int stalled = command.client();
    int reader = command.client();
    for (int i = 0; sent.length() < 100_000; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
    }
    // What waits for them to read is in their sockets: nothing waits for these to take it.
    long end = System.nanoTime() + 3 * 50_000_000;
    while (System.nanoTime() < end) {
      fixture.turn();
    }
    assertEquals(List.of(), fixture.logged());
    Texts.assertSame(sent.toString(), command.read(stalled));
    Texts.assertSame(sent.toString(), command.read(reader));
    Texts.assertSame("unread, in the socket" + sent, command.read(idle));
  }

  /** The client that has been connected for longest shuts down sending last. */
  @Test
  void ofTooManyHalfClosedClientsTheOneThatIsSoForLongestIsDetached() throws Exception {
    start(2, false);
    int connectedFirst = command.client();
    int halfClosedFirst = command.client();
    halfClose(halfClosedFirst);
    for (int i = 1; i < Clients.MAX_HALF_CLOSED; i++) {
      halfClose(command.client());
    }
    halfClose(connectedFirst);
    int last = command.client();
    command.write("1");
    assertEquals("1", command.read(halfClosedFirst));
    int next = command.client();
    command.write("2");
    assertEquals(Texts.END, command.read(halfClosedFirst));
    assertEquals("12", command.read(connectedFirst));
    assertEquals("12", command.read(last));
    assertEquals("2", command.read(next));
  }

  private void halfClose(int client) {
    new Libc().shutdown(client, Sockets.SHUT_WR);
    fixture.turnUntilIdle();
  }

  private static Sharing dropAfter(int clients) {
    return new Sharing(clients, false, 50_000_000, 0, false, Observers.NONE);
  }

  /** Writes, and waits as the loop does once there is no space, until one more line is reported. */
  private void writeUntilReported(int reader, StringBuilder sent, StringBuilder received) {
    int reported = fixture.logged().size();
    for (int i = 0; fixture.logged().size() == reported; i++) {
      long now = texts.tryWrite(fixture.output(TextCommand.STDOUT), Texts.lines(i));
      if (now > 0) {
        sent.append(Texts.lines(i), 0, (int) now);
        fixture.turnUntilIdle();
      } else {
        fixture.relay().turn(fixture.life());
      }
      received.append(command.read(reader));
    }
  }

  /** Waits as the loop does, for the deadline that it has set itself. */
  private void turnUntilReported(int count) {
    while (fixture.logged().size() < count) {
      fixture.relay().turn(fixture.life());
    }
  }
}
