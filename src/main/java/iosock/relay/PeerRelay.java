package iosock.relay;

import iosock.flow.Pipe;
import iosock.flow.Sink;
import iosock.flow.StandardDescriptors;
import iosock.flow.StandardInput;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.Rejection;
import iosock.tty.OwnTerminal;
import iosock.winsize.WindowSizeClient;

/**
 * The relay that joins iosock's own standard input and output to a socket: to one client after
 * another, or to one server.
 */
public final class PeerRelay {

  private final OwnTerminal terminal;
  private final Clients clients;
  private final ClientInput input;
  private final Relay relay;
  private final PeerLifecycle life;

  private PeerRelay(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      OwnTerminal terminal,
      Listener[] listeners,
      Clients clients,
      StdioEndpoint near) {
    this.terminal = terminal;
    this.clients = clients;
    Deadlines deadlines = new Deadlines();
    Acceptor[] acceptors = new Acceptor[listeners.length];
    for (int i = 0; i < listeners.length; i++) {
      acceptors[i] = new Acceptor(log, listeners[i], clients, deadlines);
    }
    input = new ClientInput(libc, clients);
    Sink[] none = {new NoReceiver()};
    relay =
        new Relay(libc, log, signals, terminal, near, clients, acceptors, input, none, deadlines);
    life = new PeerLifecycle(libc, log, near, relay, clients, acceptors, deadlines, terminal);
  }

  /**
   * @param listener stays the caller's to close
   */
  public static PeerRelay serve(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      Listener listener) {
    Clients clients = new Clients(libc, 1);
    StdioEndpoint near = onPipes(libc, standard, terminal, clients);
    return new PeerRelay(libc, log, signals, terminal, new Listener[] {listener}, clients, near);
  }

  /**
   * @param server a connection, which {@link #close} closes
   */
  public static PeerRelay connect(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      int server) {
    Clients clients = new Clients(libc, 1);
    clients.attach(server).asServer();
    StdioEndpoint near = onPipes(libc, standard, terminal, clients);
    return new PeerRelay(libc, log, signals, terminal, new Listener[0], clients, near);
  }

  private static StdioEndpoint onPipes(
      Libc libc, StandardDescriptors standard, OwnTerminal terminal, Clients clients) {
    return new StdioEndpoint(
        libc,
        clients,
        new StandardInput(libc, standard.input(), false, StandardInput.NO_KEY),
        standard.output(),
        Pipe.open(libc).nonBlocking(libc).large(libc),
        Pipe.open(libc).nonBlocking(libc).large(libc),
        new WindowSizeClient(libc, terminal),
        false);
  }

  /**
   * For a user at a terminal in raw mode. The pipes are of the usual size: what waits in them is
   * what an interrupt key cannot stop any more.
   *
   * @param terminal standard input
   * @param server a connection, which {@link #close} closes
   * @param detachKey a byte that ends the session when typed; {@link StandardInput#NO_KEY} for none
   */
  public static PeerRelay attach(
      Libc libc,
      ErrorLog log,
      SignalPipe signals,
      StandardDescriptors standard,
      OwnTerminal terminal,
      int server,
      int detachKey) {
    Clients clients = new Clients(libc, 1);
    WindowSizeClient sizes = new WindowSizeClient(libc, terminal);
    clients.attach(server).asServer().reader(sizes);
    StdioEndpoint near =
        new StdioEndpoint(
            libc,
            clients,
            new StandardInput(libc, standard.input(), true, detachKey),
            standard.output(),
            Pipe.open(libc).nonBlocking(libc),
            Pipe.open(libc).nonBlocking(libc),
            sizes,
            true);
    return new PeerRelay(libc, log, signals, terminal, new Listener[0], clients, near);
  }

  /**
   * Until there is no client left to serve, or the server has closed, or the user detaches.
   *
   * @return the code to exit with
   * @throws Failure if standard output cannot be written
   */
  public int run() {
    return relay.run(life);
  }

  Relay relay() {
    return relay;
  }

  Lifecycle lifecycle() {
    return life;
  }

  /** Whether the user has ended the session. */
  public boolean isDetached() {
    return life.isDetached();
  }

  /** Why the server has closed the connection, as far as it has said so. */
  public Rejection rejection() {
    return clients.rejection();
  }

  /** Whether nothing has ever come from the server. */
  public boolean nothingReceived() {
    return input.nothingReceived();
  }

  /**
   * @return why the server has not read everything, as an errno; 0 if it has, as far as is known
   */
  public int writeError() {
    if (clients.wasReset()) {
      return Errno.ECONNRESET;
    }
    // What was typed too late is no loss.
    return !terminal.isInput() && relay.outputPending() > 0 ? Errno.EPIPE : 0;
  }

  /** Ends the connection. */
  public void close() {
    relay.close();
  }
}
