package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.Launcher;
import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.cli.Sharing;
import iosock.cli.Stopping;
import iosock.flow.Pipe;
import iosock.flow.StandardDescriptors;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.CallTable;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.posix.TestCalls;
import iosock.signal.SignalPipe;
import iosock.socket.ClientName;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import java.io.File;
import java.util.List;
import java.util.Optional;

/**
 * The relay of a command on pipes, a turn at a time. The test itself reads and writes the command's
 * ends of the pipes; the process whose end is the command's is one that only sleeps. The console is
 * a pair of pipes.
 */
final class CommandFixture implements AutoCloseable {

  /** Far more turns than it takes to move what fits into the pipes and sockets. */
  private static final int MAX_TURNS = 100_000;

  private static final int SIGKILL = 9;
  private static final int SOCKET =
      Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;

  private final Libc libc;
  private final StdioPipes stdio;
  private final Pipe[] consoles;
  private final Listener listener;
  private final Listener observerListener;
  private final SocketAddress address;
  private final SocketAddress observerAddress;
  private final RecordingLog log = new RecordingLog();
  private final Relay relay;
  private final Child child;
  private final Lifecycle life;
  private int stdin;
  private final int[] outputs;

  CommandFixture(Libc libc, SignalPipe signals, int limit) throws CommandNotRun {
    this(libc, signals, Sharing.among(limit));
  }

  CommandFixture(Libc libc, SignalPipe signals, int limit, Stopping stopping) throws CommandNotRun {
    this(libc, signals, Sharing.among(limit), stopping);
  }

  CommandFixture(Libc libc, SignalPipe signals, Sharing sharing) throws CommandNotRun {
    this(libc, signals, sharing, Stopping.DEFAULT);
  }

  /** There is a socket for observers, whatever the options say of it. */
  CommandFixture(Libc libc, SignalPipe signals, Sharing sharing, Stopping stopping)
      throws CommandNotRun {
    this.libc = libc;
    stdio = new StdioPipes(libc);
    stdin = reopen(stdio.in(), Fcntl.O_RDONLY);
    outputs = new int[] {reopen(stdio.out(), Fcntl.O_WRONLY), reopen(stdio.err(), Fcntl.O_WRONLY)};
    stdio.closeChildEnds();
    consoles = new Pipe[] {openConsole(), openConsole()};
    String name = "iosock-turns-" + libc.getpid() + "-" + System.nanoTime();
    address = SocketAddress.abstractName(Ascii.bytes(name));
    listener = Listener.listen(libc, new SocketName(Ascii.bytes("@" + name)), 0600);
    String observers = name.concat("-observers");
    observerAddress = SocketAddress.abstractName(Ascii.bytes(observers));
    observerListener = Listener.listen(libc, new SocketName(Ascii.bytes("@" + observers)), 0600);
    CommandRelay command =
        CommandRelay.onSocket(
            new Context(
                libc,
                log,
                signals,
                new StandardDescriptors(-1, consoles[0].writeEnd(), consoles[1].writeEnd()),
                OwnTerminal.find(libc)),
            new PipesEndpoint(libc, stdio),
            new Listeners(listener, Optional.of(observerListener)),
            sharing,
            stopping);
    relay = command.relay();
    child =
        new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc))
            .start(List.of(Ascii.bytes("sleep"), Ascii.bytes("1000")), new NoStdio());
    life = command.lifecycle(child, new ServiceManager(new NoLog(), Optional.empty()));
  }

  /** The process that stands for the command keeps the test's own descriptors. */
  private static final class NoStdio implements Stdio {

    @Override
    public void addChildCalls(CallTable calls) {
      // Nothing.
    }

    @Override
    public void closeChildEnds() {
      // None.
    }
  }

  /** Its write end blocks, as that of a shell's pipe does. */
  private Pipe openConsole() {
    Pipe pipe = Pipe.open(libc);
    libc.fcntl(pipe.readEnd(), Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    return pipe;
  }

  /** Another end of the same pipe. */
  private int reopen(int fd, int mode) {
    int reopened =
        libc.open(
            NativeBuffer.string("/proc/self/fd/" + fd), mode | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC);
    assertTrue(reopened >= 0, "open: " + reopened);
    return reopened;
  }

  /** Sets how many bytes each pipe of the command holds. */
  void resizePipes(int size) {
    libc.fcntl(stdin, Fcntl.F_SETPIPE_SZ, size);
    libc.fcntl(outputs[0], Fcntl.F_SETPIPE_SZ, size);
    libc.fcntl(outputs[1], Fcntl.F_SETPIPE_SZ, size);
  }

  /**
   * Before anything is written: makes sockets of the outputs, from which bytes can only be copied,
   * as where tee(2) and splice(2) are refused.
   */
  void useSocketsForOutput() {
    int[] own = {stdio.out(), stdio.err()};
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    for (int stream = 0; stream < 2; stream++) {
      assertEquals(0, libc.socketpair(Sockets.AF_UNIX, SOCKET, ends));
      libc.close(outputs[stream]);
      outputs[stream] = ends.getInt(0);
      TestCalls.replace(own[stream], ends.getInt(Integer.BYTES));
    }
  }

  /** Where the command reads. */
  int stdin() {
    return stdin;
  }

  /** The command closes its standard input. */
  void closeStdin() {
    libc.close(stdin);
    stdin = -1;
  }

  /**
   * Where the command writes.
   *
   * @param stream 0 for standard output, 1 for standard error
   */
  int output(int stream) {
    return outputs[stream];
  }

  /** How many bytes of an output wait in its pipe. */
  int pending(int stream) {
    return libc.fionread(stream == 0 ? stdio.out() : stdio.err());
  }

  /** Where the console is read. */
  int console(int stream) {
    return consoles[stream].readEnd();
  }

  /**
   * @return a non-blocking socket, which the caller closes
   */
  int connect() {
    return connect(socket(), address);
  }

  /** As {@link #connect}, of a client that asks for the place of another. */
  int connectTakingOver() {
    return connect(bound(true), address);
  }

  /** As {@link #connect}, of an observer. */
  int observe() {
    return connect(socket(), observerAddress);
  }

  /** As {@link #observe}, of one that is an iosock. */
  int observeByName() {
    return connect(bound(false), observerAddress);
  }

  private int bound(boolean takeOver) {
    int socket = socket();
    byte[] name = ClientName.of("", takeOver, libc.getpid(), System.nanoTime());
    assertEquals(0, libc.bind(socket, SocketAddress.abstractName(name)));
    return socket;
  }

  private int socket() {
    return libc.socket(Sockets.AF_UNIX, SOCKET);
  }

  private int connect(int socket, SocketAddress to) {
    assertEquals(0, libc.connect(socket, to));
    return socket;
  }

  /** What the relay has reported. */
  List<String> logged() {
    return log.lines();
  }

  Relay relay() {
    return relay;
  }

  Lifecycle life() {
    return life;
  }

  /**
   * One turn, which does not wait.
   *
   * @return whether something has happened
   */
  boolean turn() {
    return relay.turn(life, 0);
  }

  /** Turns until there is nothing to do but to wait; fails if the loop would spin. */
  void turnUntilIdle() {
    for (int turns = 0; turn(); turns++) {
      assertTrue(turns < MAX_TURNS, "the loop spins");
    }
  }

  /** Has the command exit, which the relay is told by SIGCHLD. */
  void kill() {
    libc.kill(child.pid(), SIGKILL);
  }

  boolean hasExited() {
    return child.hasExited();
  }

  /** The command exits, and the relay has taken notice. */
  void exit() {
    kill();
    while (!child.hasExited()) {
      relay.turn(life);
    }
  }

  static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  @Override
  public void close() {
    if (!child.hasExited()) {
      exit();
    }
    listener.close();
    observerListener.close();
    relay.close();
    stdio.close();
    if (stdin >= 0) {
      libc.close(stdin);
    }
    for (int stream = 0; stream < 2; stream++) {
      libc.close(outputs[stream]);
      libc.close(consoles[stream].readEnd());
      libc.close(consoles[stream].writeEnd());
    }
  }
}
