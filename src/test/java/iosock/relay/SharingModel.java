package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.flow.MixedReader;
import iosock.flow.RecordReader;
import iosock.flow.Records;
import iosock.flow.Sequence;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A command that clients, observers and the console share. What each of them gets says where in the
 * output it is, so this finds bytes that are lost, doubled, out of order, or another receiver's,
 * without a copy of what the relay does.
 */
final class SharingModel implements AutoCloseable {

  private static final int STREAMS = 2;

  /** As many clients may have input that the command has not read. */
  private static final int MAX_SENDERS = 7;

  private static final int SENDER_BITS = 3;

  /** What observers send, which the command must not get. */
  private static final int OBSERVER_TAG = 7;

  private static final int MAX_OBSERVERS = 4;
  private static final int MAX_TURNS = 100_000;

  private final Libc libc;
  private final NativeBuffer buffer;
  private final CommandFixture fixture;
  private final Sharing sharing;
  private final long[] written = new long[STREAMS];
  private final RecordReader console;
  private final Sequence[] inputs = new Sequence[1 << SENDER_BITS];
  private final Client[] senders = new Client[MAX_SENDERS];
  private final MixedReader stdin;

  /** Each client that has ever connected, in order. */
  private final List<Client> clients = new ArrayList<>();

  private final List<Observer> observers = new ArrayList<>();

  /** A connection as the test sees it. */
  class Peer {

    private final int socket;
    private final RecordReader received = new RecordReader(libc, buffer, false);
    private final long[] writtenBefore = written.clone();
    private final long[] readBefore = {furthestRead(0), furthestRead(1)};
    private boolean closed;

    Peer(int socket) {
      this.socket = socket;
    }

    /** Whether the connection is there, as far as the test knows. */
    boolean isOpen() {
      return !closed;
    }

    /**
     * @return whether anything was read
     */
    boolean read(int max) {
      long read = closed ? 0 : received.read(socket, max);
      if (read < 0) {
        ended();
        close();
      }
      return read != 0;
    }

    /** Reads what it was sent, and leaves. */
    void leave() {
      while (read(buffer.size())) {
        continue;
      }
      close();
    }

    void ended() {}

    private void close() {
      if (!closed) {
        closed = true;
        libc.close(socket);
        for (int stream = 0; stream < STREAMS; stream++) {
          assertStart(stream);
        }
      }
    }

    /** What was written once it had connected is its own, and nothing that another has had. */
    private void assertStart(int stream) {
      for (RecordReader.Run run : received.runs(stream)) {
        assertTrue(run.start() <= writtenBefore[stream], "output after connect(2) is missing");
        boolean isNew = run.start() >= readBefore[stream];
        // What one that has given way takes of its own pipe may be another's too.
        boolean mayBeOld = sharing.replaySize() > 0 || isAnyReplaced();
        assertTrue(isNew || mayBeOld, "it gets what another receiver has had");
      }
    }
  }

  private boolean isAnyReplaced() {
    return clients.stream().anyMatch(each -> each.replaced);
  }

  /** How far a client or the console has read. */
  private long furthestRead(int stream) {
    long furthest = console.position(stream);
    for (Client each : clients) {
      furthest = Math.max(furthest, ((Peer) each).received.position(stream));
    }
    return furthest;
  }

  /** A client as the test sees it. */
  final class Client extends Peer {

    private final int tag;
    private final int number = clients.size();

    /** Whether there were as many clients already as there may be. */
    private final boolean wasFull = counted() >= sharing.clients();

    private long sent;
    private boolean halfClosed;

    /** Or will be in the next turn. */
    private boolean isAdmitted = !wasFull;

    private boolean rejected;
    private boolean replaced;

    private Client(int socket, int tag) {
      super(socket);
      this.tag = tag;
    }

    void send(int length) {
      if (!halfClosed && isOpen()) {
        sent += Math.max(inputs[tag].write(super.socket, sent, length), 0);
      }
    }

    void shutdownSending() {
      if (isOpen()) {
        halfClosed = true;
        libc.shutdown(super.socket, Sockets.SHUT_WR);
      }
    }

    /** The relay has closed the connection: only for one of these reasons. */
    @Override
    void ended() {
      boolean isLate = number + sharing.clients() >= clients.size();
      rejected = !isAdmitted;
      replaced = !isLate;
      assertTrue(
          rejected || replaced || sharing.dropAfterNanos() != Seconds.NEVER, "a client is closed");
    }

    private boolean isAllReceived() {
      return rejected || stdin.position(tag) == sent;
    }
  }

  /** An observer as the test sees it. */
  final class Observer extends Peer {

    private Observer(int socket) {
      super(socket);
    }

    void send(int length) {
      if (isOpen()) {
        inputs[OBSERVER_TAG].write(super.socket, 0, length);
      }
    }
  }

  SharingModel(Libc libc, NativeBuffer buffer, CommandFixture fixture, Sharing sharing) {
    this.libc = libc;
    this.buffer = buffer;
    this.fixture = fixture;
    this.sharing = sharing;
    console = new RecordReader(libc, buffer, !sharing.tee());
    for (int tag = 0; tag < inputs.length; tag++) {
      inputs[tag] = new Sequence(libc, buffer, tag, SENDER_BITS);
    }
    stdin = new MixedReader(libc, SENDER_BITS, buffer);
  }

  /** The clients that have not left, as far as the test knows. */
  List<Client> clients() {
    return clients.stream().filter(Client::isOpen).toList();
  }

  List<Observer> observers() {
    return observers.stream().filter(Observer::isOpen).toList();
  }

  private long counted() {
    return clients.stream().filter(each -> each.isOpen() && !each.halfClosed).count();
  }

  void connect(boolean takeOver) {
    int tag = freeTag();
    if (tag < MAX_SENDERS) {
      stdin.position(tag, 0);
      int socket = takeOver ? fixture.connectTakingOver() : fixture.connect();
      senders[tag] = new Client(socket, tag);
      clients.add(senders[tag]);
      if (senders[tag].wasFull) {
        // Whether it is rejected, and what it sends is lost, is known then.
        turn();
        senders[tag].read(1);
        senders[tag].isAdmitted = true;
      }
    }
  }

  void observe() {
    if (observers().size() < MAX_OBSERVERS) {
      observers.add(new Observer(fixture.observe()));
    }
  }

  private int freeTag() {
    int tag = 0;
    while (tag < MAX_SENDERS
        && senders[tag] != null
        && (senders[tag].isOpen() || !senders[tag].isAllReceived())) {
      tag++;
    }
    return tag;
  }

  /** The command writes as many records as there is space for. */
  void write(int stream, int records) {
    int length = records * Records.SIZE;
    for (int i = 0; i < length; i++) {
      buffer.putByte(i, Records.at(written[stream] + i, stream));
    }
    long now = libc.write(fixture.output(stream), buffer, 0, length);
    assertTrue(now > 0 || now == -Errno.EAGAIN, "write: " + now);
    written[stream] += Math.max(now, 0);
  }

  /** The command reads. */
  boolean readStdin(int max) {
    return stdin.read(fixture.stdin(), max, SharingModel::assertFromClient) > 0;
  }

  private static void assertFromClient(int tag) {
    if (tag == OBSERVER_TAG) {
      throw new AssertionError("an observer was read");
    }
  }

  boolean readConsole(int max) {
    return console.read(fixture.console(0), max) + console.read(fixture.console(1), max) > 0;
  }

  /**
   * One turn of the loop.
   *
   * @return whether something has happened
   */
  boolean turn() {
    return fixture.turn();
  }

  void turnUntilIdle() {
    for (int turns = 0; turn(); turns++) {
      assertTrue(turns < MAX_TURNS, "the loop spins");
    }
  }

  /** Until nothing can be read any more. */
  private void deliverAll() {
    boolean isAnyRead;
    do {
      turnUntilIdle();
      isAnyRead = readAll();
    } while (isAnyRead);
  }

  private boolean readAll() {
    boolean isAnyRead = readStdin(buffer.size());
    isAnyRead |= readConsole(buffer.size());
    for (Client each : clients()) {
      isAnyRead |= each.read(buffer.size());
    }
    for (Observer each : observers()) {
      isAnyRead |= each.read(buffer.size());
    }
    return isAnyRead;
  }

  /** Delivers all, and asserts that every byte has arrived. */
  void assertAllDelivered() {
    deliverAll();
    // So that the receivers that have joined since have got something.
    write(0, 1);
    write(1, 1);
    deliverAll();
    for (Client each : clients) {
      assertTrue(senders[each.tag] != each || each.isAllReceived(), "input is missing");
    }
    assertTrue(counted() <= sharing.clients(), "more clients than there may be");
    assertOutputDelivered();
  }

  /** The command exits: what it wrote arrives, and then all is over. */
  void assertAllDeliveredAtExit() {
    deliverAll();
    write(0, 1000);
    write(1, 1000);
    fixture.kill();
    while (!fixture.life().isOver()) {
      turn();
      readAll();
    }
    readAll();
    assertOutputDelivered();
  }

  private void assertOutputDelivered() {
    for (int stream = 0; stream < STREAMS; stream++) {
      for (Client each : clients()) {
        assertEquals(written[stream], ((Peer) each).received.position(stream), "a client's");
      }
      for (Observer each : observers()) {
        assertEquals(written[stream], ((Peer) each).received.position(stream), "an observer's");
      }
      if (sharing.tee() || clients().isEmpty()) {
        assertEquals(written[stream], console.position(stream), "the console's");
      }
      assertEachByteHasArrived(stream);
      if (!sharing.tee() && sharing.replaySize() == 0) {
        assertNoByteIsBothTheConsolesAndAClients(stream);
      }
    }
  }

  private void assertEachByteHasArrived(int stream) {
    List<RecordReader.Run> runs = new ArrayList<>(console.runs(stream));
    clients.forEach(each -> runs.addAll(((Peer) each).received.runs(stream)));
    runs.sort(Comparator.comparingLong(RecordReader.Run::start));
    long end = 0;
    for (RecordReader.Run run : runs) {
      assertTrue(run.start() <= end, "nothing has got the bytes from " + end + " on");
      end = Math.max(end, run.end());
    }
    assertEquals(written[stream], end);
  }

  /** A client that has given way may get what the next receiver gets too. */
  private void assertNoByteIsBothTheConsolesAndAClients(int stream) {
    for (Client each : clients) {
      for (RecordReader.Run run : ((Peer) each).received.runs(stream)) {
        for (RecordReader.Run shown : console.runs(stream)) {
          boolean isApart = run.end() <= shown.start() || shown.end() <= run.start();
          assertTrue(isApart || each.replaced, "the console got what a client has had");
        }
      }
    }
  }

  /**
   * A client that connects when all is delivered gets the last bytes, and then what is written.
   *
   * @param most how many bytes are replayed
   */
  void assertReplay(int most) {
    assertAllDelivered();
    clients().forEach(Peer::leave);
    deliverAll();
    int before = clients.size();
    connect(false);
    deliverAll();
    if (clients.size() > before) {
      long replayed = ((Peer) clients.getLast()).received.total();
      long all = written[0] + written[1];
      assertTrue(replayed <= most, "more is replayed than was asked for");
      assertTrue(all > most || replayed == all, "not all is replayed");
    }
  }

  @Override
  public void close() {
    clients().forEach(each -> libc.close(((Peer) each).socket));
    observers().forEach(each -> libc.close(((Peer) each).socket));
  }
}
