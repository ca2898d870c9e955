package iosock.winsize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.PeerName;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import iosock.posix.WindowSize;
import iosock.socket.ClientName;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names of real sockets, as getpeername(2) returns them. */
class WindowSizeAddressTest {

  private final Libc libc = new Libc();
  private final WindowSize size = new WindowSize();
  private boolean isOurs;

  @TempDir Path directory;

  @Test
  void theSizeInANameIsReadBack() {
    size.set(31, 132);
    byte[] name =
        ClientName.of(WindowSizeAddress.of(size), true, Integer.MAX_VALUE, Long.MIN_VALUE);
    size.set(1, 1);
    assertTrue(parse(SocketAddress.abstractName(name)));
    assertEquals(31, size.rows());
    assertEquals(132, size.columns());
  }

  @ParameterizedTest
  @ValueSource(strings = {"1x1/", "4096x4096/", "0030x0090/", "30x90//", "30x90/\0"})
  void sizesUpToTheLargestAreRead(String rest) {
    assertTrue(parse("iosock/" + rest));
    assertTrue(isOurs);
  }

  @Test
  void theLongestNameIsRead() {
    String name = "iosock/30x90/";
    assertTrue(parse(name + "x".repeat(SocketAddress.MAX_NAME - name.length())));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "i",
        "iosock",
        "iosock/",
        "iosock//",
        "iosock/x/",
        "iosock/30x/",
        "iosock/x90/",
        "iosock/0x90/",
        "iosock/30x0/",
        "iosock/30x90",
        "iosock/30x90x1/",
        "iosock/-30x90/",
        "iosock/30x-90/",
        "iosock/30X90/",
        "iosock/4097x90/",
        "iosock/30x4097/",
        "iosock/99999x90/",
        "iosock/30x99999/",
        "iosock/00030x00090/",
        "iosock/99999999999x99999999999/",
        "iosock/3\0x90/",
        "Iosock/30x90/",
        " iosock/30x90/",
        "\0iosock/30x90/"
      })
  void aNameWithoutAValidSizeIsNotRead(String name) {
    assertFalse(parse(name), name);
  }

  @Test
  void aPathIsNotRead() {
    String path = directory.resolve("iosock").toString();
    assertFalse(parse(SocketAddress.path(Ascii.bytes(path))));
    assertFalse(isOurs);
  }

  @Test
  void aSocketWithoutANameIsNotRead() {
    assertFalse(parse((SocketAddress) null));
    assertFalse(isOurs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"iosock/", "iosock//", "iosock/0x0/1", "iosock/30x", "iosock/\0"})
  void aNameWithThePrefixIsThatOfAnIosockEvenWithoutASize(String name) {
    assertFalse(parse(name), name);
    assertTrue(isOurs, name);
  }

  @Test
  void theNameOfAClientWhoseTerminalHasNoSizeIsThatOfAnIosock() {
    size.set(0, 0);
    assertFalse(
        parse(SocketAddress.abstractName(ClientName.of(WindowSizeAddress.of(size), false, 1, 1))));
    assertTrue(isOurs);
  }

  @ParameterizedTest
  @ValueSource(strings = {"i", "iosock", "iosock0/", "iosocks/30x90/", "Iosock/", "/iosock/30x90/"})
  void aNameWithoutThePrefixIsAnother(String name) {
    assertFalse(parse(name), name);
    assertFalse(isOurs, name);
  }

  private boolean parse(String name) {
    return parse(SocketAddress.abstractName(Ascii.bytes(name)));
  }

  /**
   * Sets {@link #isOurs} too.
   *
   * @param own of the client's socket; null if it has none
   */
  private boolean parse(SocketAddress own) {
    SocketAddress address =
        SocketAddress.path(Ascii.bytes(directory.resolve("s" + System.nanoTime()).toString()));
    int listener = libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
    int client = libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM);
    assertEquals(0, libc.bind(listener, address));
    assertEquals(0, libc.listen(listener, 1));
    if (own != null) {
      assertEquals(0, libc.bind(client, own));
    }
    assertEquals(0, libc.connect(client, address));
    int connection = libc.accept4(listener, Sockets.SOCK_CLOEXEC);
    PeerName name = new PeerName();
    assertEquals(0, libc.getpeername(connection, name.clear()));
    libc.close(connection);
    libc.close(client);
    libc.close(listener);
    isOurs = ClientName.isOurs(name);
    return WindowSizeAddress.parse(name, size);
  }
}
