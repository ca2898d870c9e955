package iosock.relay;

import iosock.cli.Sharing;
import iosock.flow.History;
import iosock.posix.Libc;
import iosock.socket.Listener;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** All that connects to a relay: clients and observers, and how they come. */
final class Audience {

  private final Connections connections;
  private final Clients clients;
  private final Observers observers;
  private final History history;
  private final List<Acceptor> acceptors = new ArrayList<>();

  private Audience(Libc libc, int limit, int replaySize) {
    int receivers = Clients.capacity(limit) + Observers.LIMIT;
    history = new History(replaySize, receivers);
    int most = Clients.maxConnections(limit) + Observers.LIMIT + Listener.BACKLOG + 1;
    connections = new Connections(libc, history, most);
    clients = new Clients(libc, connections, limit);
    observers = new Observers(libc, connections);
  }

  /**
   * Those that connect to sockets of iosock's own.
   *
   * @param listeners stay the caller's to close
   */
  static Audience of(Context context, Deadlines deadlines, Listeners listeners, Sharing sharing) {
    Libc libc = context.libc();
    Audience audience = new Audience(libc, sharing.clients(), sharing.replaySize());
    Admission admission =
        new ClientAdmission(libc, audience.connections, audience.clients, sharing.takeOver());
    audience.accept(
        context, listeners.clients(), admission, deadlines, Deadlines.Kind.ACCEPT_CLIENT);
    Optional<Listener> observing = listeners.observers();
    if (observing.isPresent()) {
      audience.accept(
          context,
          observing.get(),
          new ObserverAdmission(audience.connections, audience.observers),
          deadlines,
          Deadlines.Kind.ACCEPT_OBSERVER);
    }
    return audience;
  }

  /** One peer at most, which nothing is listened for. */
  static Audience ofOne(Libc libc) {
    return new Audience(libc, 1, 0);
  }

  private void accept(
      Context context,
      Listener listener,
      Admission admission,
      Deadlines deadlines,
      Deadlines.Kind backoff) {
    acceptors.add(new Acceptor(context.log(), listener, admission, deadlines, backoff));
  }

  Clients clients() {
    return clients;
  }

  Observers observers() {
    return observers;
  }

  History history() {
    return history;
  }

  /** The acceptor of clients is the first. */
  List<Acceptor> acceptors() {
    return acceptors;
  }

  /** How many receivers of output there can be at once. */
  int capacity() {
    return Clients.capacity(clients.limit()) + Observers.LIMIT;
  }

  /** After a turn, when nothing has the connections any more that are done with. */
  void closeMarked() {
    connections.closeMarked();
  }

  /** Ends each connection: the peer reads what it was sent, and then end of file. */
  void close() {
    clients.closeAll();
    observers.closeAll();
    connections.closeMarked();
  }
}
