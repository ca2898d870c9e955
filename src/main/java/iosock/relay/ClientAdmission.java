package iosock.relay;

import iosock.posix.Libc;
import iosock.posix.PeerName;
import iosock.socket.ClientName;
import iosock.socket.Notice;

/** Connections become clients, as long as there are not too many. */
final class ClientAdmission implements Admission {

  private final Libc libc;
  private final Connections connections;
  private final Clients clients;
  private final boolean takeOver;
  private final PeerName name = new PeerName();

  /**
   * @param takeOver whether a client that is too many takes the place of another, also if it does
   *     not ask for that
   */
  ClientAdmission(Libc libc, Connections connections, Clients clients, boolean takeOver) {
    this.libc = libc;
    this.connections = connections;
    this.clients = clients;
    this.takeOver = takeOver;
  }

  @Override
  public boolean mayAccept() {
    return clients.mayAccept();
  }

  @Override
  public void admit(int connection, boolean isClosing) {
    if (clients.isFull()) {
      clients.detachGoneSincePoll();
    }
    if (clients.isFull() && !isClosing && mayTakeOver(connection)) {
      clients.replaceLongest();
    }
    if (clients.isFull()) {
      connections.reject(connection, Notice.IN_USE);
    } else if (isClosing) {
      connections.reject(connection, Notice.NONE);
    } else {
      clients.attach(connection);
    }
  }

  private boolean mayTakeOver(int connection) {
    return takeOver
        || libc.getpeername(connection, name.clear()) == 0 && ClientName.asksForTakeOver(name);
  }

  @Override
  public void refuse(int connection) {
    connections.reject(connection, Notice.NOT_PERMITTED);
  }
}
