package iosock.relay;

import iosock.flow.PipeWriter;
import iosock.flow.Source;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import java.util.function.Consumer;

/**
 * What clients send: a piece of one client after another. What is left of a client that is gone
 * comes first.
 */
final class ClientInput implements Source {

  private static final int DISCARD_SIZE = 1 << 16;

  private final Libc libc;
  private final Clients clients;
  private final Consumer<Client> onInput;

  /** The client whose turn is next. */
  private int next;

  /** How many bytes of a piece are still to come, which is that of the client {@code cut}. */
  private long rest;

  private Client cut;

  /** Allocated when nothing reads the pipe any more: what is sent then is dropped. */
  private NativeBuffer discarded;

  /** How many bytes have come from clients. */
  private long received;

  /**
   * @param onInput is told which client has sent something
   */
  ClientInput(Libc libc, Clients clients, Consumer<Client> onInput) {
    this.libc = libc;
    this.clients = clients;
    this.onInput = onInput;
  }

  @Override
  public void arm(PollSet poll) {
    if (clients.isDraining()) {
      return;
    }
    for (int i = 0; i < clients.count(); i++) {
      if (clients.get(i).isInputOpen()) {
        clients.get(i).armInput(poll);
      }
    }
  }

  @Override
  public boolean isReady() {
    for (int i = 0; i < clients.count(); i++) {
      if (clients.get(i).isInputOpen() && clients.get(i).isReadable()) {
        return true;
      }
    }
    return false;
  }

  /** What is left of clients that send nothing more came before what the others send. */
  @Override
  public long give(PipeWriter to, long max) {
    int halfClosed;
    while ((halfClosed = clients.firstHalfClosedWithInput()) >= 0 || clients.isDraining()) {
      boolean isGone =
          halfClosed < 0
              || clients.isDraining() && clients.draining().hasEndedBefore(clients.get(halfClosed));
      Client client = isGone ? clients.draining() : clients.get(halfClosed);
      long moved = move(client, to, max);
      if (!isEnd(moved)) {
        return moved;
      }
      if (isGone) {
        clients.drained();
      } else {
        clients.inputEnded(client);
      }
    }
    return readInTurn(to, max);
  }

  /**
   * Reads once, from the next client that poll(2) found readable. If it found none, since this is
   * not the first read of the turn, each client is tried.
   */
  private long readInTurn(PipeWriter to, long max) {
    boolean isAnyReady = isReady();
    long result = EMPTY;
    for (int tried = 0; tried < clients.count(); tried++) {
      int index = (next + tried) % clients.count();
      Client client = clients.get(index);
      if (client.isInputOpen() && (client.isReadable() || !isAnyReady)) {
        long moved = movePiece(client, to, max);
        if (moved > 0) {
          next = rest > 0 ? index : index + 1;
          return moved;
        }
        if (isEnd(moved)) {
          clients.inputEnded(client);
        } else {
          result = moved;
        }
      }
    }
    return result;
  }

  /**
   * Where there are several clients: what a client has sent by now is one piece, of which the rest
   * comes next if the pipe has no space for all of it.
   */
  private long movePiece(Client client, PipeWriter to, long max) {
    if (clients.count() == 1) {
      rest = 0;
      return move(client, to, max);
    }
    if (rest == 0 || client != cut) {
      rest = libc.fionread(client.fd());
      cut = client;
    }
    long moved = move(client, to, rest > 0 ? Math.min(rest, max) : max);
    rest = Math.max(rest - Math.max(moved, 0), 0);
    return moved;
  }

  private long move(Client client, PipeWriter to, long max) {
    long moved = discarded == null ? client.read(to, max) : discard(client);
    if (moved == -Errno.EPIPE) {
      discarded = new NativeBuffer(DISCARD_SIZE);
      moved = discard(client);
    }
    if (moved > 0) {
      received += moved;
      onInput.accept(client);
    }
    if (moved == -Errno.ECONNRESET) {
      // Instead of end of file, if the peer closed with unread data.
      clients.noteReset();
    }
    return moved;
  }

  private long discard(Client client) {
    return libc.read(client.fd(), discarded, DISCARD_SIZE);
  }

  private static boolean isEnd(long moved) {
    return moved <= 0 && !Errno.isTemporary(moved);
  }

  /** How many bytes have come from clients. */
  long received() {
    return received;
  }
}
