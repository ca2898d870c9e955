package iosock.relay;

import iosock.cli.Seconds;
import iosock.cli.Sharing;
import iosock.flow.Fanout;
import iosock.flow.Pipe;
import iosock.flow.Shortage;
import iosock.flow.StandardInput;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.socket.Notice;
import iosock.tty.OwnTerminal;
import iosock.winsize.WindowSizeClient;
import java.util.List;

/**
 * The relay that joins iosock's own standard input and output to a socket: to the clients that
 * connect, or to one server.
 */
public final class PeerRelay {

  private final OwnTerminal terminal;
  private final Clients clients;
  private final ClientInput input;
  private final Relay relay;
  private final PeerLifecycle life;

  private PeerRelay(
      Context context,
      StdioEndpoint near,
      Audience audience,
      Deadlines deadlines,
      Stalls stalls,
      long waitNanos) {
    terminal = context.terminal();
    clients = audience.clients();
    input = new ClientInput(context.libc(), clients, near::clientSent);
    List<Fanout.Console> none = List.of(new Fanout.Console(new NoReceiver(), false));
    relay = new Relay(context, near, audience, input, none, deadlines, stalls);
    life = new PeerLifecycle(context, near, relay, audience, input, deadlines, stalls, waitNanos);
  }

  public static PeerRelay serve(Context context, Listeners listeners, Sharing sharing) {
    Deadlines deadlines = new Deadlines();
    Audience audience = Audience.of(context, deadlines, listeners, sharing);
    StdioEndpoint near = onPipes(context, audience.clients());
    Stalls stalls = new Stalls(deadlines, sharing.dropAfterNanos());
    return new PeerRelay(context, near, audience, deadlines, stalls, Seconds.NEVER);
  }

  /**
   * @param server a connection, which {@link #close} closes
   * @param waitNanos after the end of the input, for how long nothing may come before all is over;
   *     or {@link Seconds#NEVER}
   */
  public static PeerRelay connect(Context context, int server, long waitNanos) {
    Audience audience = Audience.ofOne(context.libc());
    audience.clients().attach(server).asServer();
    StdioEndpoint near = onPipes(context, audience.clients());
    return toServer(context, near, audience, waitNanos);
  }

  private static PeerRelay toServer(
      Context context, StdioEndpoint near, Audience audience, long waitNanos) {
    Deadlines deadlines = new Deadlines();
    Stalls stalls = new Stalls(deadlines, Seconds.NEVER);
    return new PeerRelay(context, near, audience, deadlines, stalls, waitNanos);
  }

  private static StdioEndpoint onPipes(Context context, Clients clients) {
    Libc libc = context.libc();
    Shortage shortage = new Shortage();
    return new StdioEndpoint(
        context,
        clients,
        new StandardInput(libc, context.standard().input(), false, StandardInput.NO_KEY),
        Pipe.open(libc).nonBlocking(libc).large(libc),
        Pipe.open(libc).nonBlocking(libc).large(libc),
        new WindowSizeClient(libc, context.terminal(), shortage),
        shortage,
        false);
  }

  /**
   * For a user at a terminal in raw mode. The pipes are of the usual size: what waits in them is
   * what an interrupt key cannot stop any more.
   *
   * @param server a connection, which {@link #close} closes
   * @param detachKey a byte that ends the session when typed; {@link StandardInput#NO_KEY} for none
   */
  public static PeerRelay attach(Context context, int server, int detachKey) {
    Libc libc = context.libc();
    Audience audience = Audience.ofOne(libc);
    Shortage shortage = new Shortage();
    WindowSizeClient sizes = new WindowSizeClient(libc, context.terminal(), shortage);
    audience.clients().attach(server).asServer().reader(sizes);
    StdioEndpoint near =
        new StdioEndpoint(
            context,
            audience.clients(),
            new StandardInput(libc, context.standard().input(), true, detachKey),
            Pipe.open(libc).nonBlocking(libc),
            Pipe.open(libc).nonBlocking(libc),
            sizes,
            shortage,
            true);
    return toServer(context, near, audience, Seconds.NEVER);
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

  /** What the server has said of the connection last. */
  public Notice notice() {
    return clients.notice();
  }

  /** Whether nothing has ever come from the server. */
  public boolean nothingReceived() {
    return input.received() == 0;
  }

  /**
   * @return why the server has not read everything, as an errno; 0 if it has, as far as is known
   */
  public int writeError() {
    if (clients.wasReset()) {
      return Errno.ECONNRESET;
    }
    // What was typed too late is no loss.
    return !terminal.isInput() && relay.outbound().pending() > 0 ? Errno.EPIPE : 0;
  }

  /** Ends the connection. */
  public void close() {
    relay.close();
  }
}
