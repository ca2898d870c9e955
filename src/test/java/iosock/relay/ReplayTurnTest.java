package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a client or an observer gets of earlier output, a turn at a time. */
class ReplayTurnTest {

  /** Far more than a socket holds. */
  private static final int LARGE = 1 << 20;

  private TextCommand command;
  private CommandFixture fixture;

  @AfterEach
  void close() {
    command.close();
  }

  private void start(int clients, int replay, boolean isTee) throws CommandNotRun {
    command =
        new TextCommand(new Sharing(clients, false, Seconds.NEVER, replay, isTee, Observers.NONE));
    fixture = command.fixture();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theLastLinesAreReplayedAndTheLiveOutputFollows(boolean isTee) throws Exception {
    start(2, 10, isTee);
    command.write("a first line\n");
    command.write("b\n");
    command.write("c\n");
    int first = command.client();
    command.write("d\n");
    assertEquals("b\nc\nd\n", command.read(first));
    int observer = command.observer();
    int second = command.client();
    command.write("e\n");
    assertEquals("b\nc\nd\ne\n", command.read(second));
    assertEquals("b\nc\nd\ne\n", command.read(observer));
    assertEquals("e\n", command.read(first));
    String console = isTee ? "a first line\nb\nc\nd\ne\n" : "a first line\nb\nc\n";
    assertEquals(console, command.readConsole());
  }

  @Test
  void bothStreamsAreReplayedInTheOrderOfTheirDelivery() throws Exception {
    start(1, 100, false);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      command.write(TextCommand.STDOUT, "out" + i + "\n");
      command.write(TextCommand.STDERR, "err" + i + "\n");
      all.append("out" + i + "\nerr" + i + "\n");
    }
    assertEquals(all.toString(), command.read(command.client()));
  }

  @Test
  void whatAClientHasHadIsReplayedToTheNext() throws Exception {
    start(1, 1000, false);
    int first = command.client();
    command.write("1\n");
    command.leave(first);
    command.write("2\n");
    int second = command.client();
    command.write("3\n");
    command.leave(second);
    assertEquals("1\n2\n3\n", command.read(command.client()));
    assertEquals("2\n", command.readConsole());
  }

  @Test
  void messagesAreReplayedHoweverSmallTheyAre() throws Exception {
    start(1, 80_000, false);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 3_000; i++) {
      String message = String.format("message %030d\n", i);
      command.write(message);
      command.readConsole();
      all.append(message);
    }
    int client = command.client();
    Texts.assertSame(all.substring(all.length() - 2051 * 39), command.readWhileTurning(client));
  }

  /** One that comes amid the output of each turn, and reads less than is written. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5_000, 100_000, LARGE})
  void aClientThatJoinsAFloodMissesNothing(int replay) throws Exception {
    start(3, replay, false);
    int reader = command.client();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    StringBuilder observed = new StringBuilder();
    StringBuilder joined = new StringBuilder();
    int observer = 0;
    int late = 0;
    for (int i = 0; i < 200; i++) {
      sent.append(Texts.lines(i));
      command.texts().write(fixture.output(TextCommand.STDOUT), Texts.lines(i));
      if (i == 100) {
        observer = command.add(fixture.observe());
        late = command.add(fixture.connect());
      }
      fixture.turn();
      received.append(command.read(reader));
      if (late != 0) {
        observed.append(command.read(observer));
        joined.append(command.texts().readOnce(late));
      }
    }
    received.append(command.readWhileTurning(reader));
    observed.append(command.readWhileTurning(observer));
    joined.append(command.readWhileTurning(late));
    Texts.assertSame(sent.toString(), received.toString());
    int live = 100 * Texts.lines(100).length();
    assertTrue(observed.length() >= live - 10_000, observed.length() + " observed");
    assertTrue(joined.length() >= live - 10_000, joined.length() + " joined");
    assertTrue(sent.toString().endsWith(observed.toString()));
    assertTrue(sent.toString().endsWith(joined.toString()));
  }

  @Test
  void aClientThatReadsItsReplaySlowlyHoldsTheCommandBack() throws Exception {
    start(2, LARGE, false);
    String early = writeEarly();
    int slow = command.client();
    int reader = command.client();
    Texts.assertSame(early, command.readWhileTurning(reader));
    String sent = command.fill();
    assertTrue(sent.length() < 4 * LARGE, sent.length() + " written");
    // What it was sent at once is all that another client has to wait for.
    Texts.assertSame(early + sent, command.readWhileTurning(slow));
    Texts.assertSame(sent, command.readWhileTurning(reader));
    command.write("next\n");
    assertEquals("next\n", command.read(reader));
    assertEquals("next\n", command.read(slow));
  }

  /** Up to the last byte it gets no gap. */
  @Test
  void anObserverThatReadsItsReplaySlowlyIsClosed() throws Exception {
    start(1, LARGE, false);
    String early = writeEarly();
    int observer = command.observer();
    int client = command.client();
    Texts.assertSame(early, command.readWhileTurning(client));
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    for (int i = 0; sent.length() < 3 * LARGE; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      received.append(command.read(client));
    }
    Texts.assertSame(sent.toString(), received.toString());
    String had = command.readWhileTurning(observer);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(early.startsWith(had.replace(Texts.END, "")));
  }

  /** The ring is replayed in two pieces, and overwritten in the same turn. */
  @Test
  void anObserverThatJoinsABurstGetsAllOfTheReplay() throws Exception {
    start(1, 10, false);
    command.write("0123456\n");
    command.write("abcdefg\n");
    int observer = command.add(fixture.observe());
    command.texts().write(fixture.output(TextCommand.STDOUT), "burst\n".repeat(5));
    fixture.turnUntilIdle();
    assertEquals("abcdefg\n" + "burst\n".repeat(5), command.read(observer));
  }

  @Test
  void aReplayGoesOnWhileAnotherClientIsSlow() throws Exception {
    start(2, LARGE, false);
    int slow = command.client();
    String sent = command.fill();
    int late = command.client();
    String replayed = command.readWhileTurning(late);
    // All but what waits for the slow client was delivered before; no byte is missing.
    assertTrue(sent.endsWith(replayed) || replayed.length() == sent.length());
    Texts.assertSame(sent, command.readWhileTurning(slow));
    command.write("next\n");
    assertEquals("next\n", command.readWhileTurning(late));
  }

  @Test
  void aReplayIsSentBeforeAllIsOverAtExit() throws Exception {
    start(1, LARGE, false);
    String early = writeEarly();
    int client = command.client();
    command.texts().write(fixture.output(TextCommand.STDOUT), "last\n");
    fixture.exit();
    assertFalse(fixture.life().isOver());
    Texts.assertSame(early + "last\n", command.readWhileTurning(client));
    assertTrue(fixture.life().isOver());
  }

  @Test
  void aClientThatLeavesInItsReplayHoldsNothingBack() throws Exception {
    start(1, LARGE, false);
    writeEarly();
    int client = command.client();
    command.write("1\n");
    command.leave(client);
    assertEquals("1\n", command.readConsole());
    for (int i = 0; i < 1000; i++) {
      command.write(Texts.lines(i));
      Texts.assertSame(Texts.lines(i), command.readConsole());
    }
  }

  @Test
  void whatTheConsoleHasHadIsNotShownAgainAfterAClient() throws Exception {
    start(1, 1000, false);
    int observer = command.observer();
    StringBuilder sent = new StringBuilder();
    StringBuilder shown = new StringBuilder();
    StringBuilder observed = new StringBuilder();
    for (int i = 0; i < 150; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      shown.append(command.readConsole());
      if (i % 30 == 29) {
        command.leave(command.client());
        observed.append(command.read(observer));
      }
    }
    shown.append(command.readConsole());
    observed.append(command.read(observer));
    Texts.assertSame(sent.toString(), shown.toString());
    Texts.assertSame(sent.toString(), observed.toString());
  }

  /** As much as is replayed. */
  private String writeEarly() {
    StringBuilder early = new StringBuilder();
    for (int i = 0; early.length() + Texts.lines(i).length() <= LARGE; i++) {
      early.append(Texts.lines(i));
      command.write(Texts.lines(i));
      command.readConsole();
    }
    return early.toString();
  }
}
