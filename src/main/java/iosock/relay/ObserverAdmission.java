package iosock.relay;

import iosock.socket.Notice;

/** Connections become observers, as long as there are not too many. */
final class ObserverAdmission implements Admission {

  private final Connections connections;
  private final Observers observers;

  ObserverAdmission(Connections connections, Observers observers) {
    this.connections = connections;
    this.observers = observers;
  }

  @Override
  public boolean mayAccept() {
    return true;
  }

  @Override
  public void admit(int connection, boolean isClosing) {
    if (isClosing) {
      connections.reject(connection, Notice.NONE);
    } else if (observers.isFull()) {
      connections.reject(connection, Notice.IN_USE);
    } else {
      observers.attach(connection);
    }
  }

  @Override
  public void refuse(int connection) {
    connections.reject(connection, Notice.NOT_PERMITTED);
  }
}
