package iosock.winsize;

import iosock.flow.SocketWriter;
import iosock.posix.Libc;
import iosock.posix.PeerName;
import iosock.posix.PollSet;
import iosock.socket.ClientName;
import iosock.tty.PseudoTerminal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The server's side: the command's terminal has the size of the client that has last attached,
 * typed, or changed its size.
 */
public final class WindowSizeServer {

  private final Libc libc;
  private final PseudoTerminal pty;
  private final PeerName name = new PeerName();
  private final List<WindowSizeChannel> channels = new ArrayList<>();
  private final List<WindowSizeChannel> free = new ArrayList<>();
  private long uses;

  public WindowSizeServer(Libc libc, PseudoTerminal pty) {
    this.libc = libc;
    this.pty = pty;
  }

  /**
   * A client has attached.
   *
   * @param client its connection; stays the caller's to close
   * @return what is to write the client's output from now on: it sends the channel's descriptor
   *     beside the first bytes
   */
  public Optional<SocketWriter> attached(int client) {
    boolean isNamed = libc.getpeername(client, name.clear()) == 0;
    if (!isNamed || !ClientName.hasTerminal(name)) {
      return Optional.empty();
    }
    WindowSizeChannel channel = free.isEmpty() ? new WindowSizeChannel(libc) : free.removeLast();
    channels.add(channel);
    channel.begin(client, name);
    channel.used(++uses);
    if (channel.isKnown()) {
      pty.resizeAndRedraw(channel.size());
    }
    return Optional.of(channel);
  }

  /**
   * A client has typed.
   *
   * @param client its connection
   */
  public void typed(int client) {
    for (int i = 0; i < channels.size(); i++) {
      WindowSizeChannel channel = channels.get(i);
      if (channel.client() == client && channel.lastUse() != uses) {
        channel.used(++uses);
        resize(channel);
      }
    }
  }

  /** How many clients there are that send sizes. */
  public int count() {
    return channels.size();
  }

  /** The connection of such a client. */
  public int client(int index) {
    return channels.get(index).client();
  }

  /** Such a client is gone: the size is that of another client, if there is one. */
  public void detached(int index) {
    WindowSizeChannel gone = channels.remove(index);
    gone.end();
    free.add(gone);
    resizeToLastUsed();
  }

  /** Such a client was replaced by another one: what it sends changes no size any more. */
  public void ignore(int index) {
    channels.get(index).ignore();
  }

  private void resizeToLastUsed() {
    Optional<WindowSizeChannel> last = Optional.empty();
    for (WindowSizeChannel each : channels) {
      if (each.isKnown() && (last.isEmpty() || last.get().lastUse() < each.lastUse())) {
        last = Optional.of(each);
      }
    }
    last.ifPresent(this::resize);
  }

  private void resize(WindowSizeChannel channel) {
    if (channel.isKnown()) {
      pty.resize(channel.size());
    }
  }

  /** Whether a client has sent a size. */
  public boolean isKnown() {
    for (WindowSizeChannel each : channels) {
      if (each.isKnown()) {
        return true;
      }
    }
    return false;
  }

  public void arm(PollSet poll) {
    for (int i = 0; i < channels.size(); i++) {
      channels.get(i).arm(poll);
    }
  }

  /** After a poll. */
  public void turn() {
    for (int i = 0; i < channels.size(); i++) {
      if (channels.get(i).receive()) {
        channels.get(i).used(++uses);
        resize(channels.get(i));
      }
    }
  }

  /** After a turn: closes what is done with. */
  public void closeMarked() {
    for (int i = 0; i < channels.size(); i++) {
      channels.get(i).closeIfDone();
    }
  }
}
