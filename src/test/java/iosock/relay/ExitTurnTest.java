package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.CommandNotRun;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.posix.InstantPoll;
import iosock.posix.Libc;
import iosock.posix.PollSet;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The output that is left once the command has exited, a turn at a time. The command was stopped by
 * SIGTERM: a receiver may then take nothing for a second, instead of five.
 */
class ExitTurnTest {

  private static final int SIGTERM = 15;
  private static final int REPLAY = 2 << 20;

  /** More than a socket and the pipe of a receiver hold. */
  private static final int MESSAGES = 600;

  /** How often a steady receiver reads: far more often than the limit asks for. */
  private static final long PACE_NANOS = 150_000_000;

  private final Libc libc = new Libc();
  private final InstantPoll poll = new InstantPoll();
  private TextCommand command;
  private CommandFixture fixture;

  @AfterEach
  void close() {
    command.close();
  }

  private void start(int clients, int replay) throws CommandNotRun {
    command =
        new TextCommand(new Sharing(clients, false, Seconds.NEVER, replay, false, Observers.NONE));
    fixture = command.fixture();
  }

  @Test
  void aClientThatReadsEverythingIsNotClosedWithOneThatStalls() throws Exception {
    start(2, 0);
    int reader = command.client();
    int stalled = command.client();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    for (int i = 0; i < MESSAGES; i++) {
      String message = "message " + i + "\n";
      sent.append(message);
      command.write(message);
      received.append(command.read(reader));
    }
    sent.append(fillWhileReading(reader, received));
    stop();
    while (!isClosed(stalled)) {
      fixture.relay().turn(fixture.life());
      received.append(command.read(reader));
    }
    received.append(command.readWhileTurning(reader));
    assertTrue(fixture.life().isOver(), "something else is waited for");
    Texts.assertSame(sent.toString(), received.toString());
    String had = command.read(stalled);
    assertTrue(had.endsWith(Texts.END));
    assertTrue(sent.toString().startsWith(had.replace(Texts.END, "")));
  }

  private String fillWhileReading(int reader, StringBuilder received) {
    StringBuilder sent = new StringBuilder();
    long now;
    for (int i = 0;
        (now = command.texts().tryWrite(fixture.output(TextCommand.STDOUT), Texts.lines(i))) > 0;
        i++) {
      sent.append(Texts.lines(i), 0, (int) now);
      fixture.turnUntilIdle();
      received.append(command.read(reader));
    }
    return sent.toString();
  }

  /** All of them have taken nothing for the same time, so nothing is left to wait for. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void receiversThatStallAreAllClosedAtOnce(boolean isObserver) throws Exception {
    start(2, 0);
    int client = command.client();
    int other = isObserver ? command.observer() : command.client();
    StringBuilder sent = new StringBuilder();
    for (int i = 0; sent.length() < 600_000; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
    }
    stop();
    while (!isClosed(client) && !isClosed(other)) {
      fixture.relay().turn(fixture.life());
    }
    assertTrue(isClosed(client) && isClosed(other), "one of them is waited for again");
    String console = command.readWhileTurning(fixture.console(TextCommand.STDOUT));
    assertTrue(fixture.life().isOver());
    assertTrue(sent.toString().endsWith(console));
  }

  private boolean isClosed(int socket) {
    return (poll.events(libc, socket, 0) & PollSet.POLLHUP) != 0;
  }

  /** It takes longer than it may take nothing. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aReceiverThatReadsALongReplaySteadilyGetsAllOfIt(boolean isObserver) throws Exception {
    start(1, REPLAY);
    StringBuilder sent = new StringBuilder();
    for (int i = 0; sent.length() < REPLAY - 10_000; i++) {
      sent.append(Texts.lines(i));
      command.write(Texts.lines(i));
      command.readConsole();
    }
    int receiver = isObserver ? command.observer() : command.client();
    stop();
    StringBuilder received = new StringBuilder();
    while (!fixture.life().isOver()) {
      LockSupport.parkNanos(PACE_NANOS);
      received.append(command.texts().readOnce(receiver));
      while (!fixture.life().isOver() && fixture.turn()) {
        continue;
      }
    }
    received.append(command.read(receiver));
    Texts.assertSame(sent.toString(), received.toString());
  }

  /** The command is told to stop, and has exited. */
  private void stop() {
    fixture.life().signal(SIGTERM);
    fixture.exit();
  }
}
