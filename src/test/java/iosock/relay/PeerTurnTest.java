package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Standard input and output, which are pipes of the test's, joined to peers; a turn at a time. */
class PeerTurnTest {

  private static final int SIZE = 1 << 17;
  private static final int TYPE =
      Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;
  private static final int MAX_TURNS = 100_000;
  private static final String END = "(end)";

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final OwnTerminal terminal = OwnTerminal.find(libc);
  private final NativeBuffer buffer = new NativeBuffer(SIZE);
  private final Pipe stdin = Pipe.open(libc);
  private final Pipe stdout = Pipe.open(libc);
  private final StandardDescriptors standard =
      new StandardDescriptors(stdin.readEnd(), stdout.writeEnd(), stdout.writeEnd());
  private final Context context = new Context(libc, new NoLog(), signals, standard, terminal);
  private final String name = "iosock-peers-" + libc.getpid() + "-" + System.nanoTime();
  private Listener listener;
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
    listener = Listener.listen(libc, new SocketName(Ascii.bytes("@" + name)), 0600);
    peers = PeerRelay.serve(context, new Listeners(listener, Optional.empty()), Sharing.among(1));
  }

  /**
   * @return the server's end
   */
  private int connectToServer() {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, TYPE, ends));
    peers = PeerRelay.connect(context, ends.getInt(0), Seconds.NEVER);
    return ends.getInt(Integer.BYTES);
  }

  @AfterEach
  void close() {
    peers.relay().close();
    if (listener != null) {
      listener.close();
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

  private int connect() {
    int client = libc.socket(Sockets.AF_UNIX, TYPE);
    assertEquals(0, libc.connect(client, SocketAddress.abstractName(Ascii.bytes(name))));
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
