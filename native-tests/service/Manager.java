package service;

import static iosock.posix.Failure.check;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** The socket of a service manager, of which the test reads what it is told. */
final class Manager implements AutoCloseable {

  private static final String FILLER = "filler";
  private static final int MAX_MESSAGE = 4096;
  private static final int TYPE = Sockets.SOCK_DGRAM | Sockets.SOCK_CLOEXEC;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(MAX_MESSAGE);
  private final SocketAddress address;
  private final int fd;
  private boolean open = true;

  private Manager(SocketAddress address) {
    this.address = address;
    fd = check(libc.socket(Sockets.AF_UNIX, TYPE | Sockets.SOCK_NONBLOCK), "make", "a socket");
    check(libc.bind(fd, address), "bind", "the manager's socket");
  }

  /**
   * @param name a path, or an abstract name after an at sign
   */
  static Manager bind(String name) {
    return new Manager(
        name.startsWith("@")
            ? SocketAddress.abstractName(Ascii.bytes(name.substring(1)))
            : SocketAddress.path(Ascii.bytes(name)));
  }

  /** Sends messages to itself until there is no space for another one. */
  void fill() {
    int sender = check(libc.socket(Sockets.AF_UNIX, TYPE), "make", "a socket");
    check(libc.connect(sender, address), "connect", "to the manager");
    NativeBuffer filler = NativeBuffer.string(FILLER);
    long sent;
    do {
      sent = libc.send(sender, filler, 0, FILLER.length(), Sockets.MSG_DONTWAIT);
    } while (sent >= 0);
    libc.close(sender);
    check(sent == -Errno.EAGAIN ? 0 : (int) sent, "fill", "the manager's socket");
  }

  /** The next message; waits for it, and leaves out what {@link #fill} has sent. */
  String receive() {
    Optional<String> message =
        await().atMost(30, SECONDS).until(this::receiveNow, Optional::isPresent);
    return message.get().equals(FILLER) ? receive() : message.get();
  }

  /** A message that is there already. */
  Optional<String> receiveNow() {
    long length = libc.recv(fd, buffer, MAX_MESSAGE, 0);
    if (length == -Errno.EAGAIN) {
      return Optional.empty();
    }
    check((int) length, "receive", "a message");
    return Optional.of(new String(buffer.get(0, (int) length), StandardCharsets.ISO_8859_1));
  }

  /** From now on no process reads what is sent to the socket; its path stays. */
  @Override
  public void close() {
    if (open) {
      open = false;
      libc.close(fd);
    }
  }
}
