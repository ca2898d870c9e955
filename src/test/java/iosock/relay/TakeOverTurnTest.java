package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.TestCalls;
import iosock.socket.Notice;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A client takes the place of the one that has been connected for longest, a turn at a time. */
class TakeOverTurnTest {

  private static final int REPLAY = 1 << 20;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(1);
  private TextCommand command;
  private CommandFixture fixture;

  @AfterEach
  void close() {
    command.close();
  }

  private void start(int clients) throws CommandNotRun {
    start(clients, true, 0);
  }

  private void start(int clients, boolean takeOver, int replay) throws CommandNotRun {
    command =
        new TextCommand(
            new Sharing(clients, takeOver, Seconds.NEVER, replay, false, Observers.NONE));
    fixture = command.fixture();
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void theClientConnectedForLongestGivesWay(int limit) throws Exception {
    start(limit);
    int[] clients = new int[limit + 2];
    for (int i = 0; i < limit; i++) {
      clients[i] = command.client();
    }
    for (int i = limit; i < clients.length; i++) {
      command.write("before\n");
      clients[i] = command.client();
      command.write("after\n");
      assertEquals(Notice.TAKEN_OVER, notice(clients[i - limit]));
      String received = command.read(clients[i - limit]);
      assertTrue(received.endsWith("before\n" + Texts.END), received);
      assertTrue(command.read(clients[i]).endsWith("after\n"));
    }
    for (int i = 2; i < clients.length; i++) {
      assertEquals(Notice.NONE, notice(clients[i]));
      command.texts().write(clients[i], "x");
      fixture.turnUntilIdle();
      assertEquals("x", command.readStdin());
    }
    assertEquals("", command.readConsole());
  }

  @Test
  void aClientThatAsksForItTakesOverAndAnotherIsTurnedAway() throws Exception {
    start(1, false, 0);
    int first = command.client();
    int rejected = command.client();
    assertEquals(Notice.IN_USE, notice(rejected));
    assertEquals(Texts.END, command.read(rejected));
    int next = command.clientTakingOver();
    assertEquals(Notice.TAKEN_OVER, notice(first));
    assertEquals(Texts.END, command.read(first));
    command.write("1");
    assertEquals("1", command.read(next));
  }

  @Test
  void aClientThatAsksForItTakesNoPlaceWhereOneIsFree() throws Exception {
    start(2, false, 0);
    int first = command.client();
    int second = command.clientTakingOver();
    command.write("1");
    assertEquals("1", command.read(first));
    assertEquals("1", command.read(second));
  }

  /** What was written once the next client had connected is that client's. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void outputAfterTheNextClientHasConnectedIsNotTheOldOnes(int limit) throws Exception {
    start(limit);
    int old = command.client();
    for (int i = 1; i < limit; i++) {
      command.client();
    }
    int next = command.add(fixture.connect());
    command.write("1");
    assertEquals(Texts.END, command.read(old));
    assertEquals("1", command.read(next));
  }

  @Test
  void withOneClientWhatTheOldOneHasNotTakenGoesToTheNext() throws Exception {
    start(1);
    int old = command.client();
    String sent = command.fill();
    int next = command.client();
    String received = command.readWhileTurning(next);
    String had = command.readWhileTurning(old);
    assertTrue(had.endsWith(Texts.END));
    Texts.assertSame(sent, had.replace(Texts.END, "") + received);
    assertEquals("", command.readConsole());
  }

  @Test
  void withSeveralClientsTheOldOneReadsWhatItsPipeHolds() throws Exception {
    start(2);
    int old = command.client();
    int second = command.client();
    String sent = command.fill();
    Texts.assertSame(sent, command.readWhileTurning(second));
    int next = command.client();
    command.write("next\n");
    assertTrue(command.readWhileTurning(next).endsWith("next\n"));
    assertEquals("next\n", command.readWhileTurning(second));
    String had = command.readWhileTurning(old);
    assertTrue(had.endsWith(Texts.END));
    // More than a socket holds.
    assertTrue(had.length() > 1 << 19);
    assertTrue(sent.startsWith(had.replace(Texts.END, "")));
  }

  /** The loop waits for space in its socket, and for nothing else. */
  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void anOldClientThatWasFullReadsTheNoticeAndTheEnd(int limit) throws Exception {
    start(limit);
    int old = command.client();
    for (int i = 1; i < limit; i++) {
      command.readWhileTurning(command.client());
    }
    command.fill();
    command.client();
    String had;
    do {
      had = command.read(old);
      assertTrue(fixture.turn() || had.endsWith(Texts.END), "the loop waits for something else");
    } while (!had.endsWith(Texts.END));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void whatTheOldClientHadSentArrivesBeforeTheInputOfTheNext(int limit) throws Exception {
    start(limit);
    fixture.resizePipes(1 << 12);
    int old = command.client();
    for (int i = 1; i < limit; i++) {
      command.client();
    }
    String input = "a".repeat(50_000);
    command.texts().write(old, input);
    int next = command.client();
    command.texts().write(next, "b");
    assertTrue(command.texts().tryWrite(old, "late") == -Errno.EPIPE);
    Texts.assertSame(input + "b", command.readWhileTurning(fixture.stdin()));
    assertEquals(Texts.END, command.readWhileTurning(old));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void severalTakeOverInOneTurn(int limit) throws Exception {
    start(limit);
    int[] clients = new int[4 * limit];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = command.add(fixture.connect());
      command.texts().write(clients[i], Character.toString((char) ('a' + i)));
    }
    fixture.turnUntilIdle();
    command.write("1");
    for (int i = 0; i < clients.length; i++) {
      boolean isLast = i >= clients.length - limit;
      assertEquals(isLast ? Notice.NONE : Notice.TAKEN_OVER, notice(clients[i]));
      assertEquals(isLast ? "1" : Texts.END, command.read(clients[i]));
    }
    assertEquals("abcdefghijkl".substring(0, clients.length), command.readStdin());
  }

  @ParameterizedTest
  @CsvSource({"1, 0", "1, 1", "2, 0", "2, 1", "2, 2", "2, 3", "2, 4", "2, 5"})
  void withoutDescriptorsForTheNextClientTheOthersGoOn(int limit, int spare) throws Exception {
    start(limit);
    int old = command.client();
    int observer = command.observer();
    int second = limit == 2 ? command.client() : observer;
    int next = command.add(fixture.connect());
    int soft = TestCalls.limitDescriptorsToSpare(spare);
    try {
      command.write("1");
    } finally {
      TestCalls.limitDescriptors(soft);
    }
    assertEquals("1", command.read(observer));
    if (limit == 2) {
      assertEquals("1", command.read(second));
    }
    command.write("2");
    assertEquals("2", command.read(observer));
    String all = command.read(old) + command.read(next) + command.readConsole();
    assertTrue(all.contains("1") || limit == 2, all);
  }

  /** The console takes the place of the old client, and not that of the observer. */
  @Test
  void withoutDescriptorsForTheNextClientAnObserverGoesOn() throws Exception {
    start(1);
    int first = command.client();
    int observer = command.observer();
    StringBuilder sent = new StringBuilder();
    StringBuilder observed = new StringBuilder();
    writeMoreThanASocketHolds(sent, observer, observed);
    int old = command.client();
    // From now on the observer is the receiver that was added first.
    assertTrue(command.readWhileTurning(first).endsWith(Texts.END));
    writeMoreThanASocketHolds(sent, observer, observed);
    int next = command.add(fixture.connect());
    int soft = TestCalls.limitDescriptorsToSpare(1);
    try {
      fixture.turnUntilIdle();
    } finally {
      TestCalls.limitDescriptors(soft);
    }
    assertTrue(command.readWhileTurning(next).endsWith(Texts.END));
    assertTrue(command.readWhileTurning(old).endsWith(Texts.END));
    String last = "last\n";
    sent.append(last);
    command.write(last);
    assertTrue(command.readWhileTurning(fixture.console(TextCommand.STDOUT)).endsWith(last));
    observed.append(command.readWhileTurning(observer));
    Texts.assertSame(sent.toString(), observed.toString());
  }

  /** So that a client which does not read has something in its own pipe. */
  private void writeMoreThanASocketHolds(StringBuilder sent, int observer, StringBuilder observed) {
    for (int i = 0; i < 100; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      observed.append(command.read(observer));
    }
  }

  @Test
  void anOldClientThatStallsInItsReplayHoldsNothingBack() throws Exception {
    start(1, true, REPLAY);
    String early = "early\n".repeat(REPLAY / 6);
    for (int i = 0; i < early.length(); i += 60_000) {
      command.write(early.substring(i, Math.min(i + 60_000, early.length())));
      command.readConsole();
    }
    int old = command.client();
    int next = command.client();
    StringBuilder received = new StringBuilder(command.readWhileTurning(next));
    StringBuilder sent = new StringBuilder();
    for (int i = 0; sent.length() < 3 << 20; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      received.append(command.read(next));
    }
    assertTrue(received.toString().endsWith(sent.toString()));
    assertTrue(command.readWhileTurning(old).endsWith(Texts.END));
    assertFalse(fixture.life().isOver());
  }

  /** Far more than clients that are half-closed may stay attached. */
  @Test
  void manyThatTakeOverInOneTurnCutOffNoClientThatHasOutputToGet() throws Exception {
    start(2);
    int old = command.client();
    int reader = command.client();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    writeMoreThanASocketHolds(sent, reader, received);
    int[] clients = new int[120];
    for (int i = 0; i < clients.length; i++) {
      clients[i] = command.add(fixture.connect());
    }
    fixture.turnUntilIdle();
    Texts.assertSame(sent + Texts.END, command.readWhileTurning(old));
    Texts.assertSame(sent + Texts.END, received + command.readWhileTurning(reader));
    command.write("1");
    for (int i = 0; i < clients.length; i++) {
      boolean isLast = i >= clients.length - 2;
      assertEquals(isLast ? Notice.NONE : Notice.TAKEN_OVER, notice(clients[i]));
      assertEquals(isLast ? "1" : Texts.END, command.read(clients[i]));
    }
  }

  private Notice notice(int client) {
    return Notice.receive(libc, client, buffer);
  }
}
