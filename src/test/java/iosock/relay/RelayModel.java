package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.flow.MixedReader;
import iosock.flow.Sequence;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Sockets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/**
 * A relay of a command, and what is known of each byte: which client or console has to get it, and
 * from which client it came.
 */
final class RelayModel implements AutoCloseable {

  private static final int STREAMS = 2;
  private static final int STREAM_BITS = 1;

  /** As many clients may have input that the command has not read. */
  private static final int MAX_SENDERS = 8;

  private static final int SENDER_BITS = 3;
  private static final int NO_TAG = -1;

  private final Libc libc;
  private final CommandFixture fixture;
  private final int limit;
  private final NativeBuffer buffer;
  private final Sequence[] outputs = new Sequence[STREAMS];
  private final long[] written = new long[STREAMS];
  private final MixedReader console;

  private final Sequence[] inputs = new Sequence[MAX_SENDERS];
  private final Peer[] senders = new Peer[MAX_SENDERS];
  private final MixedReader stdin;

  /** Connected, and not accepted yet. */
  private final Deque<Peer> pending = new ArrayDeque<>();

  private final List<Peer> attached = new ArrayList<>();

  /** How far the clients that have left had got, of each output. */
  private final long[] furthest = new long[STREAMS];

  /** A client as the test sees it. */
  final class Peer {

    private final int socket = fixture.connect();
    private final int tag;
    private final MixedReader received = new MixedReader(libc, STREAM_BITS, buffer);

    /** Those that sent nothing more when this one connected: their input comes first. */
    private final List<Peer> predecessors = new ArrayList<>();

    private long sent;
    private boolean halfClosed;
    private boolean closed;

    /** The command has read all that this has sent, or none of it as it was rejected. */
    private boolean done;

    private Peer(int tag) {
      this.tag = tag;
      for (Peer each : senders) {
        if (each != null && (each.closed || each.halfClosed && limit == 1)) {
          predecessors.add(each);
        }
      }
    }

    void send(int length) {
      if (!halfClosed) {
        sent += Math.max(inputs[tag].write(socket, sent, length), 0);
      }
    }

    long read(int max) {
      return received.read(socket, max, stream -> {});
    }

    void shutdownSending() {
      if (!pending.isEmpty()) {
        return;
      }
      halfClosed = true;
      libc.shutdown(socket, Sockets.SHUT_WR);
    }

    /** Reads what it was sent, and leaves. */
    void leave() {
      while (read(buffer.size()) > 0) {
        continue;
      }
      libc.close(socket);
      closed = true;
    }

    private boolean isAllReceived() {
      return done || stdin.position(tag) == sent;
    }
  }

  /**
   * @param buffer used for each read and write
   * @param limit how many clients there may be at once
   */
  RelayModel(Libc libc, NativeBuffer buffer, CommandFixture fixture, int limit) {
    this.libc = libc;
    this.buffer = buffer;
    this.fixture = fixture;
    this.limit = limit;
    for (int stream = 0; stream < STREAMS; stream++) {
      outputs[stream] = new Sequence(libc, buffer, stream, STREAM_BITS);
    }
    for (int tag = 0; tag < MAX_SENDERS; tag++) {
      inputs[tag] = new Sequence(libc, buffer, tag, SENDER_BITS);
    }
    console = new MixedReader(libc, STREAM_BITS, buffer);
    stdin = new MixedReader(libc, SENDER_BITS, buffer);
  }

  CommandFixture fixture() {
    return fixture;
  }

  /** The clients that are attached and have not left. */
  List<Peer> clients() {
    return attached.stream().filter(each -> !each.closed).toList();
  }

  /** The command writes as much as there is space for. */
  void write(int stream, int length) {
    long now = outputs[stream].write(fixture.output(stream), written[stream], length);
    assertTrue(now > 0 || now == -Errno.EAGAIN, "write: " + now);
    written[stream] += Math.max(now, 0);
  }

  /** The command reads. */
  long readStdin(int max) {
    long read = stdin.read(fixture.stdin(), max, this::checkOrder);
    freeSenders();
    return read;
  }

  private void checkOrder(int tag) {
    for (Peer each : senders[tag].predecessors) {
      assertTrue(each.isAllReceived(), "input of a client that came later");
    }
    senders[tag].predecessors.clear();
  }

  private void freeSenders() {
    for (int tag = 0; tag < MAX_SENDERS; tag++) {
      if (senders[tag] != null && senders[tag].closed && senders[tag].isAllReceived()) {
        senders[tag].done = true;
        senders[tag] = null;
      }
    }
  }

  long readConsole(int max) {
    return Math.max(console.read(fixture.console(0), max, stream -> {}), 0)
        + Math.max(console.read(fixture.console(1), max, stream -> {}), 0);
  }

  private void readConsole() {
    while (readConsole(buffer.size()) > 0) {
      continue;
    }
  }

  /** Another client connects; it is attached in the next turn, or rejected. */
  void connect() {
    int tag = freeTag();
    // Beside other receivers, where its output begins is only known if nothing else happens.
    boolean isBeside = limit > 1 || isAnyHalfClosed();
    if (tag == NO_TAG || isBeside && !pending.isEmpty()) {
      return;
    }
    if (isBeside) {
      turnUntilIdle();
    }
    stdin.position(tag, 0);
    senders[tag] = new Peer(tag);
    pending.add(senders[tag]);
    if (isBeside) {
      turn();
    }
  }

  private boolean isAnyHalfClosed() {
    return attached.stream().anyMatch(each -> each.halfClosed);
  }

  /** A client that has shut down sending does not count. */
  private boolean isFull() {
    return attached.stream().filter(each -> !each.halfClosed).count() == limit;
  }

  private int freeTag() {
    freeSenders();
    for (int tag = 0; tag < MAX_SENDERS; tag++) {
      if (senders[tag] == null) {
        return tag;
      }
    }
    return NO_TAG;
  }

  /** One that has connected leaves before it is accepted. */
  void leaveBeforeAccept() {
    Peer last = pending.peekLast();
    if (last != null && !last.closed) {
      last.leave();
    }
  }

  /**
   * One turn of the loop.
   *
   * @return whether something has happened
   */
  boolean turn() {
    List<Peer> left = attached.stream().filter(each -> each.closed).toList();
    if (!left.isEmpty() && left.size() == attached.size()) {
      // What is there is older than what the console gets next.
      readConsole();
    }
    long[] next = nextPositions(left);
    long[] heads = {written[0] - fixture.pending(0), written[1] - fixture.pending(1)};
    boolean hasHappened = fixture.turn();
    if (hasHappened) {
      settle(left, next, heads);
    }
    return hasHappened;
  }

  /** Where the output of a client begins that finds no other. */
  private long[] nextPositions(List<Peer> left) {
    long[] next = new long[STREAMS];
    for (int stream = 0; stream < STREAMS; stream++) {
      next[stream] =
          left.isEmpty()
              ? console.position(stream) + libc.fionread(fixture.console(stream))
              : furthest(left, stream);
    }
    return next;
  }

  /** A byte that one of several clients has had is not the next receiver's. */
  private long furthest(List<Peer> left, int stream) {
    for (Peer each : left) {
      furthest[stream] = Math.max(furthest[stream], each.received.position(stream));
    }
    return furthest[stream];
  }

  private void settle(List<Peer> left, long[] next, long[] heads) {
    if (!left.isEmpty() && left.size() == attached.size()) {
      console.position(0, next[0]);
      console.position(1, next[1]);
    }
    attached.removeAll(left);
    while (!pending.isEmpty()) {
      admit(pending.removeFirst(), next, heads);
    }
    freeSenders();
  }

  private void admit(Peer peer, long[] next, long[] heads) {
    if (isFull()) {
      attached.removeIf(each -> each.closed);
    }
    if (isFull()) {
      // Whether it reads end of file or, having sent something, an error.
      assertTrue(peer.closed || peer.read(1) < 0, "a client too many is not rejected");
      if (!peer.closed) {
        libc.close(peer.socket);
      }
      peer.done = true;
      senders[peer.tag] = null;
      return;
    }
    long[] start = attached.isEmpty() ? next : heads;
    peer.received.position(0, start[0]);
    peer.received.position(1, start[1]);
    attached.add(peer);
  }

  void turnUntilIdle() {
    for (int turns = 0; turn(); turns++) {
      assertTrue(turns < 100_000, "the loop spins");
    }
  }

  /** Until nothing can be read any more. */
  void deliverAll() {
    long got;
    do {
      turnUntilIdle();
      got = Math.max(readStdin(buffer.size()), 0) + deliverOutput();
    } while (got > 0);
  }

  private long deliverOutput() {
    long got = readConsole(buffer.size());
    for (Peer each : clients()) {
      got += Math.max(each.read(buffer.size()), 0);
    }
    return got;
  }

  /** Delivers all, and asserts that every byte has arrived. */
  void assertAllDelivered() {
    deliverAll();
    for (Peer each : senders) {
      assertTrue(each == null || each.isAllReceived(), "input is missing");
    }
    assertOutputDelivered();
  }

  /** All clients leave, and no descriptor is left of them. */
  void assertAllClosed(int descriptors) {
    clients().forEach(Peer::leave);
    assertAllDelivered();
    assertEquals(descriptors, CommandFixture.openDescriptors());
  }

  /** The command exits: what it wrote arrives, and then all is over. */
  void assertAllDeliveredAtExit() {
    fixture.kill();
    while (!fixture.life().isOver()) {
      turn();
      deliverOutput();
    }
    deliverOutput();
    assertOutputDelivered();
  }

  private void assertOutputDelivered() {
    for (int stream = 0; stream < STREAMS; stream++) {
      for (Peer each : clients()) {
        assertEquals(written[stream], each.received.position(stream));
      }
      if (attached.isEmpty()) {
        assertEquals(written[stream], console.position(stream));
      }
    }
  }

  @Override
  public void close() {
    for (Peer each : senders) {
      if (each != null && !each.closed) {
        libc.close(each.socket);
      }
    }
  }
}
