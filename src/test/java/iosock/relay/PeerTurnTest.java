package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.flow.Pipe;
import iosock.flow.StandardDescriptors;
import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.Notice;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Standard input and output, which are pipes of the test's, joined to peers; a turn at a time. */
class PeerTurnTest {

  private static final int SIZE = 1 << 17;
  private static final int TYPE =
      Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
  private static final int MAX_TURNS = 100_000;
  private static final String END = "(end)";
  private static final long WAIT_NANOS = 100_000_000;

  /** Longer than it takes to write what a client does not read. */
  private static final long DROP_AFTER_NANOS = 1_000_000_000;

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final OwnTerminal terminal = OwnTerminal.find(libc);
  private final NativeBuffer buffer = new NativeBuffer(SIZE);
  private final Pipe stdin = Pipe.open(libc);
  private final Pipe stdout = Pipe.open(libc);
  private final StandardDescriptors standard =
      new StandardDescriptors(stdin.readEnd(), stdout.writeEnd(), stdout.writeEnd());
  private final RecordingLog log = new RecordingLog();
  private final Context context = new Context(libc, log, signals, standard, terminal);
  private final String name = "iosock-peers-" + libc.getpid() + "-" + System.nanoTime();
  private final String observers = name.concat("-observers");
  private Listener listener;
  private Listener observerListener;
  private PeerRelay peers;
  private boolean isInputClosed;

  @BeforeEach
  void inherit() {
    // Standard input with close-on-exec is one that was closed.
    libc.fcntl(stdin.readEnd(), Fcntl.F_SETFD, 0);
    libc.fcntl(stdin.writeEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    libc.fcntl(stdout.readEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
  }

  private void serve() {
    serve(1);
  }

  private void serve(int clients) {
    serve(Sharing.among(clients));
  }

  private void serve(Sharing sharing) {
    listener = listen(name);
    observerListener = listen(observers);
    peers =
        PeerRelay.serve(context, new Listeners(listener, Optional.of(observerListener)), sharing);
  }

  private Listener listen(String socket) {
    return Listener.listen(libc, new SocketName(Ascii.bytes("@" + socket)), 0600);
  }

  /**
   * @return the server's end
   */
  private int connectToServer() {
    return connectToServer(Seconds.NEVER);
  }

  private int connectToServer(long waitNanos) {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, TYPE, ends));
    peers = PeerRelay.connect(context, ends.getInt(0), waitNanos);
    return ends.getInt(Integer.BYTES);
  }

  @AfterEach
  void close() {
    peers.relay().close();
    if (listener != null) {
      listener.close();
      observerListener.close();
    }
    endInput();
    libc.close(stdin.readEnd());
    libc.close(stdout.readEnd());
    libc.close(stdout.writeEnd());
  }

  @Test
  void aServerLeavesItsInputWhereItIsWhileThereIsNoClient() {
    serve();
    write(stdin.writeEnd(), "1");
    turnUntilIdle();
    assertEquals(1, libc.fionread(stdin.readEnd()));
    int first = connect();
    assertEquals("1", read(first));
    libc.close(first);
    write(stdin.writeEnd(), "2");
    turnUntilIdle();
    int second = connect();
    assertEquals("2", read(second));
    libc.close(second);
  }

  @Test
  void aServersInputGoesToAllClientsAndObserversOnceThereIsAClient() {
    serve(2);
    int observer = connect(observers);
    write(stdin.writeEnd(), "1");
    turnUntilIdle();
    assertEquals(1, libc.fionread(stdin.readEnd()));
    int first = connect();
    int second = connect();
    write(stdin.writeEnd(), "2");
    write(observer, "not read");
    write(first, "a");
    write(second, "b");
    turnUntilIdle();
    assertEquals("12", read(first));
    assertEquals("2", read(second));
    assertEquals("12", read(observer));
    assertEquals("ab", read(stdout.readEnd()));
    endInput();
    turnUntilIdle();
    assertEquals(END, read(first));
    assertEquals(END, read(second));
    libc.close(first);
    libc.close(second);
    turnUntilIdle();
    assertTrue(peers.lifecycle().isOver());
    libc.close(observer);
  }

  /** Nothing else happens then for which the loop would wake up. */
  @Test
  void aServersClientReadsEndOfFileWhenTheOtherOneThatStallsIsClosed() {
    serve(new Sharing(2, false, DROP_AFTER_NANOS, 0, false, Observers.NONE));
    int reader = connect();
    int stalled = connect();
    StringBuilder sent = new StringBuilder();
    StringBuilder received = new StringBuilder();
    String piece = "some lines of text\n".repeat(500);
    while (sent.length() < 600_000) {
      sent.append(piece);
      write(stdin.writeEnd(), piece);
      turnUntilIdle();
      received.append(read(reader));
    }
    endInput();
    while (received.indexOf(END) < 0) {
      peers.relay().turn(peers.lifecycle());
      received.append(read(reader));
    }
    assertTrue(sent.append(END).toString().contentEquals(received));
    assertEquals(List.of("closed after " + DROP_AFTER_NANOS), log.lines());
    libc.close(reader);
    turnUntilIdle();
    assertTrue(peers.lifecycle().isOver());
    libc.close(stalled);
  }

  @Test
  void whatAClientHasNotTakenIsKeptForTheNext() {
    serve();
    int first = connect();
    StringBuilder written = new StringBuilder();
    String piece = "some lines of text\n".repeat(500);
    long now;
    while ((now = tryWrite(stdin.writeEnd(), piece)) > 0) {
      written.append(piece, 0, (int) now);
      turnUntilIdle();
    }
    StringBuilder received = new StringBuilder(read(first));
    libc.close(first);
    turnUntilIdle();
    int second = connect();
    String some;
    while (!(some = read(second)).isEmpty()) {
      received.append(some);
      turnUntilIdle();
    }
    assertEquals(written.length(), received.length());
    assertTrue(written.toString().contentEquals(received));
    libc.close(second);
  }

  @Test
  void aServerIsOverWhenItsInputHasEndedAndTheLastClientHasLeft() {
    serve();
    int client = connect();
    write(stdin.writeEnd(), "1");
    endInput();
    turnUntilIdle();
    assertEquals("1" + END, read(client));
    assertFalse(peers.lifecycle().isOver());
    write(client, "a");
    int late = connect();
    assertEquals(END, read(late));
    libc.close(late);
    libc.close(client);
    turnUntilIdle();
    assertEquals("a", read(stdout.readEnd()));
    assertTrue(peers.lifecycle().isOver());
    assertEquals(0, peers.lifecycle().exitCode());
  }

  @Test
  void aServersInputThatEndsWithoutAClientIsKeptForOne() {
    serve();
    write(stdin.writeEnd(), "1");
    endInput();
    turnUntilIdle();
    assertFalse(peers.lifecycle().isOver());
    int client = connect();
    assertEquals("1" + END, read(client));
    libc.close(client);
    turnUntilIdle();
    assertTrue(peers.lifecycle().isOver());
  }

  @Test
  void theServerReadsEndOfFileAtTheEndOfInputAndStillSends() {
    int server = connectToServer();
    write(stdin.writeEnd(), "1");
    endInput();
    turnUntilIdle();
    assertEquals("1" + END, read(server));
    assertFalse(peers.lifecycle().isOver());
    write(server, "a");
    turnUntilIdle();
    assertEquals("a", read(stdout.readEnd()));
    write(server, "b");
    libc.close(server);
    turnUntilIdle();
    assertEquals("b", read(stdout.readEnd()));
    assertTrue(peers.lifecycle().isOver());
    assertEquals(0, peers.lifecycle().exitCode());
    assertEquals(0, peers.writeError());
  }

  @Test
  void allIsOverWhenTheServerHasClosed() {
    int server = connectToServer();
    turnUntilIdle();
    assertFalse(peers.lifecycle().isOver());
    write(server, "a");
    libc.close(server);
    turnUntilIdle();
    assertEquals("a", read(stdout.readEnd()));
    assertTrue(peers.lifecycle().isOver());
    assertEquals(0, peers.lifecycle().exitCode());
  }

  @Test
  void afterTheEndOfTheInputAllIsOverOnceNothingHasComeForAWhile() {
    int server = connectToServer(WAIT_NANOS);
    write(stdin.writeEnd(), "list\n");
    long last = System.nanoTime();
    endInput();
    turnUntilIdle();
    assertEquals("list\n" + END, read(server));
    // Each answer begins the wait anew, so all of them together take longer than it.
    StringBuilder answers = new StringBuilder();
    for (int i = 0; i < 5 && !peers.lifecycle().isOver(); i++) {
      last = System.nanoTime();
      write(server, "answer " + i + "\n");
      answers.append("answer " + i + "\n");
      while (System.nanoTime() - last < WAIT_NANOS / 2 && !peers.lifecycle().isOver()) {
        turn();
      }
    }
    while (!peers.lifecycle().isOver()) {
      peers.relay().turn(peers.lifecycle());
    }
    assertTrue(System.nanoTime() - last >= WAIT_NANOS, "the wait was too short");
    assertEquals(answers.toString(), read(stdout.readEnd()));
    assertEquals(0, peers.lifecycle().exitCode());
    libc.close(server);
  }

  /** While there is input nothing is waited for. */
  @Test
  void theWaitBeginsAtTheEndOfTheInput() {
    int server = connectToServer(1);
    write(stdin.writeEnd(), "1");
    write(server, "a");
    turnUntilIdle();
    turnUntilIdle();
    assertFalse(peers.lifecycle().isOver());
    endInput();
    while (!peers.lifecycle().isOver()) {
      peers.relay().turn(peers.lifecycle());
    }
    assertEquals("1" + END, read(server));
    assertEquals("a", read(stdout.readEnd()));
    libc.close(server);
  }

  /** What the server had sent by then is not lost. */
  @Test
  void theWaitBeginsOnceStandardOutputHasTakenWhatHasCome() {
    int server = connectToServer(1_000_000);
    StringBuilder sent = new StringBuilder();
    String piece = "some lines of text\n".repeat(500);
    long now;
    while ((now = tryWrite(server, piece)) > 0) {
      sent.append(piece, 0, (int) now);
      turnUntilIdle();
    }
    endInput();
    long end = System.nanoTime() + 5_000_000;
    while (System.nanoTime() < end) {
      turn();
    }
    StringBuilder received = new StringBuilder();
    while (!peers.lifecycle().isOver()) {
      received.append(read(stdout.readEnd()));
      peers.relay().turn(peers.lifecycle());
    }
    received.append(read(stdout.readEnd()));
    assertEquals(sent.length(), received.length());
    assertTrue(sent.toString().contentEquals(received));
    libc.close(server);
  }

  @Test
  void aServerThatIsObservedIsSentNothing() {
    int server = connectToServer();
    assertTrue(Notice.OBSERVING.send(libc, server, buffer));
    turnUntilIdle();
    write(stdin.writeEnd(), "typed");
    write(server, "1");
    turnUntilIdle();
    assertEquals("", read(server));
    assertEquals(0, libc.fionread(stdin.readEnd()));
    assertEquals("1", read(stdout.readEnd()));
    String large = "typed".repeat(10_000);
    for (int i = 0; i < 100; i++) {
      write(stdin.writeEnd(), large);
      turnUntilIdle();
    }
    assertEquals("", read(server));
    endInput();
    write(server, "2");
    turnUntilIdle();
    assertEquals("2", read(stdout.readEnd()));
    assertFalse(peers.lifecycle().isOver());
    assertEquals(List.of("observing"), log.lines());
    libc.close(server);
    turnUntilIdle();
    assertTrue(peers.lifecycle().isOver());
    assertEquals(0, peers.lifecycle().exitCode());
    assertEquals(0, peers.writeError());
  }

  /**
   * @param turns how many turns are taken after each piece
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3})
  void aNoticeAmidOutputIsNeitherLostNorPartOfTheOutput(int turns) {
    int server = connectToServer();
    write(server, "before");
    take(turns);
    assertTrue(Notice.TAKEN_OVER.send(libc, server, buffer));
    take(turns);
    write(server, "after");
    take(turns);
    libc.shutdown(server, Sockets.SHUT_WR);
    take(turns);
    libc.close(server);
    turnUntilIdle();
    assertEquals("beforeafter", read(stdout.readEnd()));
    assertEquals(Notice.TAKEN_OVER, peers.notice());
    assertTrue(peers.lifecycle().isOver());
    assertEquals(0, peers.lifecycle().exitCode());
  }

  /** It comes after more than standard output has taken. */
  @Test
  void aNoticeAfterMuchOutputIsNotLost() {
    int server = connectToServer();
    StringBuilder sent = new StringBuilder();
    String piece = "some lines of text\n".repeat(500);
    long now;
    while ((now = tryWrite(server, piece)) > 0) {
      sent.append(piece, 0, (int) now);
      turnUntilIdle();
    }
    StringBuilder received = new StringBuilder(read(stdout.readEnd()));
    while (!Notice.TAKEN_OVER.send(libc, server, buffer)) {
      turnUntilIdle();
      received.append(read(stdout.readEnd()));
    }
    libc.close(server);
    while (!peers.lifecycle().isOver()) {
      turn();
      received.append(read(stdout.readEnd()));
    }
    received.append(read(stdout.readEnd()));
    assertTrue(sent.toString().contentEquals(received));
    assertEquals(Notice.TAKEN_OVER, peers.notice());
  }

  private void take(int turns) {
    for (int i = 0; i < turns; i++) {
      turn();
    }
  }

  private int connect() {
    return connect(name);
  }

  private int connect(String socket) {
    int client = libc.socket(Sockets.AF_UNIX, TYPE);
    assertEquals(0, libc.connect(client, SocketAddress.abstractName(Ascii.bytes(socket))));
    turnUntilIdle();
    return client;
  }

  private void endInput() {
    if (!isInputClosed) {
      isInputClosed = true;
      libc.close(stdin.writeEnd());
    }
  }

  private void turnUntilIdle() {
    for (int turns = 0; !peers.lifecycle().isOver() && turn(); turns++) {
      assertTrue(turns < MAX_TURNS, "the loop spins");
    }
  }

  private boolean turn() {
    return peers.relay().turn(peers.lifecycle(), 0);
  }

  private void write(int fd, String text) {
    assertEquals(text.length(), tryWrite(fd, text));
  }

  private long tryWrite(int fd, String text) {
    buffer.put(0, text.getBytes(StandardCharsets.ISO_8859_1));
    return libc.write(fd, buffer, 0, text.length());
  }

  /** What there is at this moment, and then the end if it is there. */
  private String read(int fd) {
    StringBuilder all = new StringBuilder();
    long read;
    while ((read = libc.read(fd, buffer, SIZE)) > 0) {
      all.append(new String(buffer.get(0, (int) read), StandardCharsets.ISO_8859_1));
    }
    assertTrue(read == 0 || read == -Errno.EAGAIN, "read: " + read);
    return read == 0 ? all.append(END).toString() : all.toString();
  }
}
