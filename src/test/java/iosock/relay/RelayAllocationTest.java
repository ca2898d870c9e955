package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.Launcher;
import iosock.child.Stdio;
import iosock.child.StdioPipes;
import iosock.cli.Observers;
import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.cli.Stopping;
import iosock.flow.Pipe;
import iosock.flow.StandardDescriptors;
import iosock.flow.StandardInput;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.posix.Termios;
import iosock.posix.Watch;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import java.lang.management.ManagementFactory;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Turns of the real loop in each mode, with what it is connected to in the same thread. */
class RelayAllocationTest {

  private static final int WARM_UP = 10_000;
  private static final int BATCHES = 100;
  private static final int MAX_BATCHES = 2_000;
  private static final int MESSAGES = 200;
  private static final int MESSAGE_SIZE = 64;
  private static final int SIGKILL = 9;

  /** Longer than any test. */
  private static final long LONG_NANOS = 1_000_000_000_000L;

  private static final int TYPE =
      Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC | Sockets.SOCK_NONBLOCK;

  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final OwnTerminal terminal = OwnTerminal.find(libc);
  private final NativeBuffer message = new NativeBuffer(MESSAGE_SIZE);
  private final Pipe stdin = Pipe.open(libc);
  private final Pipe stdout = Pipe.open(libc);
  private final StandardDescriptors standard =
      new StandardDescriptors(stdin.readEnd(), stdout.writeEnd(), stdout.writeEnd());
  private final String name = "iosock-allocation-" + libc.getpid() + "-" + System.nanoTime();
  private Relay relay;
  private Lifecycle life;

  /**
   * What is written to one descriptor comes out of others.
   *
   * @param waitsForRelay whether the relay has something to wait for until then, such as a command;
   *     otherwise it may be idle while the kernel still passes the message on
   */
  private record Route(int from, boolean waitsForRelay, PollSet[] arrived, int... to) {

    static Route of(int from, boolean waitsForRelay, int... to) {
      PollSet[] arrived = new PollSet[to.length];
      for (int i = 0; i < to.length; i++) {
        arrived[i] = PollSet.of(new Watch(to[i]), PollSet.POLLIN);
      }
      return new Route(from, waitsForRelay, arrived, to);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void aCommandOnPipesAndItsClients(int count) throws Exception {
    StdioPipes stdio = new StdioPipes(libc);
    Child cat = start(stdio, "cat");
    expectNoAllocationOnSocket(cat, new PipesEndpoint(libc, stdio), Sharing.among(count), 0);
    stdio.close();
  }

  /** With an observer, and with all that costs something each turn. */
  @ParameterizedTest
  @CsvSource({
    "1, 0, false, 0",
    "2, 1, false, 0",
    "1, 1, true, 0",
    "1, 0, false, 10000",
    "2, 1, true, 10000"
  })
  void aCommandThatIsShared(int clients, int observers, boolean isTee, int replay)
      throws Exception {
    StdioPipes stdio = new StdioPipes(libc);
    Child cat = start(stdio, "cat");
    Sharing sharing = new Sharing(clients, true, LONG_NANOS, replay, isTee, Observers.NONE);
    expectNoAllocationOnSocket(cat, new PipesEndpoint(libc, stdio), sharing, observers);
    stdio.close();
  }

  @Test
  void aCommandOnATerminal() throws Exception {
    PseudoTerminal pty = PseudoTerminal.open(libc, terminal);
    Child cat = start(pty, "sh", "-c", "stty raw -echo; echo; exec cat");
    PtyEndpoint near = new PtyEndpoint(libc, pty, terminal);
    awaitFirstOutput(pty);
    expectNoAllocationOnSocket(cat, near, Sharing.among(1), 0);
    pty.hangup();
  }

  /** The terminal is raw by then. */
  private void awaitFirstOutput(PseudoTerminal pty) {
    PollSet shown = PollSet.of(new Watch(pty.master()), PollSet.POLLIN);
    assertEquals(1, shown.poll(libc, -1));
    assertEquals(1, libc.read(pty.master(), message, 1));
  }

  private Child start(Stdio stdio, String... argv) throws CommandNotRun {
    SignalState noSignals = new SignalState(0, 0);
    return new Launcher(libc, noSignals, OpenFileLimit.current(libc))
        .start(Stream.of(argv).map(Ascii::bytes).toList(), stdio);
  }

  /** The command sends back what the first of several clients has sent; all receive it. */
  private void expectNoAllocationOnSocket(
      Child cat, CommandEndpoint near, Sharing sharing, int observers) {
    Listener listener = listen(name);
    String observing = name.concat("-observers");
    Listener observerListener = listen(observing);
    CommandRelay command =
        CommandRelay.onSocket(
            context(standard),
            near,
            new Listeners(listener, Optional.of(observerListener)),
            sharing,
            Stopping.DEFAULT);
    relay = command.relay();
    life = command.lifecycle(cat, new ServiceManager(new NoLog(), Optional.empty()));
    int clients = sharing.clients();
    int[] receivers = new int[clients + observers + (sharing.tee() ? 1 : 0)];
    try {
      for (int i = 0; i < clients + observers; i++) {
        receivers[i] = connect(i < clients ? name : observing);
      }
      if (sharing.tee()) {
        receivers[clients + observers] = stdout.readEnd();
      }
      while (relay.turn(life, 0)) {
        continue;
      }
      expectNoAllocation(Route.of(receivers[0], true, receivers));
      for (int i = 0; i < clients + observers; i++) {
        libc.close(receivers[i]);
      }
    } finally {
      libc.kill(cat.pid(), SIGKILL);
      relay.run(life);
      relay.close();
      listener.close();
      observerListener.close();
    }
  }

  @Test
  void aCommandOnStandardInputAndOutput() throws Exception {
    StdioPipes stdio = new StdioPipes(libc);
    Child cat = start(stdio, "cat");
    inheritStdin();
    CommandRelay command =
        CommandRelay.onStdio(context(standard), new PipesEndpoint(libc, stdio), Stopping.DEFAULT);
    relay = command.relay();
    life = command.lifecycle(cat, new ServiceManager(new NoLog(), Optional.empty()));
    expectNoAllocation(Route.of(stdin.writeEnd(), true, stdout.readEnd()));
    libc.kill(cat.pid(), SIGKILL);
    relay.run(life);
    stdio.close();
  }

  @Test
  void aServer() {
    Listener listener = listen();
    inheritStdin();
    use(
        PeerRelay.serve(
            context(standard), new Listeners(listener, Optional.empty()), Sharing.among(1)));
    int client = connect();
    expectNoAllocation(
        Route.of(client, false, stdout.readEnd()), Route.of(stdin.writeEnd(), false, client));
    relay.close();
    listener.close();
    libc.close(client);
  }

  @Test
  void aClientOfAServer() {
    int[] ends = socketPair();
    inheritStdin();
    use(PeerRelay.connect(context(standard), ends[0], Seconds.NEVER));
    expectNoAllocation(
        Route.of(ends[1], false, stdout.readEnd()), Route.of(stdin.writeEnd(), false, ends[1]));
    relay.close();
    libc.close(ends[1]);
  }

  @Test
  void aUserAtATerminal() {
    int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY;
    int master = libc.posix_openpt(flags | Fcntl.O_NONBLOCK);
    assertEquals(0, libc.grantpt(master));
    assertEquals(0, libc.unlockpt(master));
    int typed = libc.tiocgptpeer(master, flags);
    Termios raw = new Termios();
    assertEquals(0, libc.tcgetattr(typed, raw));
    libc.cfmakeraw(raw);
    assertEquals(0, libc.tcsetattr(typed, Termios.TCSANOW, raw));
    int[] ends = socketPair();
    StandardDescriptors own = new StandardDescriptors(typed, typed, typed);
    use(PeerRelay.attach(context(own), ends[0], StandardInput.NO_KEY));
    expectNoAllocation(Route.of(master, true, ends[1]), Route.of(ends[1], false, master));
    relay.close();
    libc.close(ends[1]);
    libc.close(typed);
    libc.close(master);
  }

  private Context context(StandardDescriptors own) {
    return new Context(libc, new NoLog(), signals, own, terminal);
  }

  private void use(PeerRelay peers) {
    relay = peers.relay();
    life = peers.lifecycle();
  }

  /** Standard input with close-on-exec is one that was closed. */
  private void inheritStdin() {
    libc.fcntl(stdin.readEnd(), Fcntl.F_SETFD, 0);
  }

  private int[] socketPair() {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, TYPE, ends));
    return new int[] {ends.getInt(0), ends.getInt(Integer.BYTES)};
  }

  private Listener listen() {
    return listen(name);
  }

  private Listener listen(String name) {
    return Listener.listen(libc, new SocketName(Ascii.bytes("@" + name)), 0600);
  }

  private int connect() {
    return connect(name);
  }

  private int connect(String name) {
    int client = libc.socket(Sockets.AF_UNIX, TYPE);
    assertEquals(0, libc.connect(client, SocketAddress.abstractName(Ascii.bytes(name))));
    return client;
  }

  private void expectNoAllocation(Route... routes) {
    exchange(routes, WARM_UP);
    // What the loop allocates it allocates in every batch. The VM itself allocates while it still
    // links and compiles, which under load may take longer than the warm-up.
    int batches = 0;
    for (int without = 0; without < BATCHES; batches++) {
      assertTrue(batches < MAX_BATCHES, "it still allocates after " + batches + " batches");
      without = allocated(routes) == 0 ? without + 1 : 0;
    }
    System.out.printf("%d batches until %d in a row allocated nothing%n", batches, BATCHES);
  }

  private long allocated(Route[] routes) {
    long before = threads.getCurrentThreadAllocatedBytes();
    exchange(routes, MESSAGES);
    return threads.getCurrentThreadAllocatedBytes() - before;
  }

  private void exchange(Route[] routes, int times) {
    for (int i = 0; i < times; i++) {
      for (Route route : routes) {
        if (libc.write(route.from(), message, 0, MESSAGE_SIZE) != MESSAGE_SIZE) {
          throw new AssertionError("cannot send");
        }
        for (int to = 0; to < route.to().length; to++) {
          receive(route, to);
        }
      }
    }
  }

  private void receive(Route route, int index) {
    PollSet arrived = route.arrived()[index];
    for (int received = 0; received < MESSAGE_SIZE; ) {
      if (arrived.poll(libc, 0) > 0) {
        received += (int) libc.read(route.to()[index], message, MESSAGE_SIZE - received);
      } else if (route.waitsForRelay()) {
        relay.turn(life);
      } else if (!relay.turn(life, 0)) {
        arrived.poll(libc, -1);
      }
    }
  }
}
