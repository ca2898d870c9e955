package iosock.posix;

/**
 * A Unix domain address.
 *
 * <pre>{@code
 * struct sockaddr_un { sa_family_t sun_family; char sun_path[108]; };    // sys/un.h
 * }</pre>
 */
public final class SocketAddress {

  static final int SIZEOF = 110;
  static final int OFFSETOF_sun_family = 0;
  static final int OFFSETOF_sun_path = 2;

  /** A path ends with a NUL and an abstract name begins with one: one byte of {@code sun_path}. */
  public static final int MAX_NAME = SIZEOF - OFFSETOF_sun_path - 1;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);
  private final int length;

  private SocketAddress(byte[] name, int before, int after) {
    memory.putShort(OFFSETOF_sun_family, Sockets.AF_UNIX);
    memory.put(OFFSETOF_sun_path + before, name);
    length = OFFSETOF_sun_path + before + name.length + after;
  }

  /** The socket at a path of at most {@link #MAX_NAME} bytes. */
  public static SocketAddress path(byte[] path) {
    return new SocketAddress(path, 0, 1);
  }

  /** The socket of an abstract name of at most {@link #MAX_NAME} bytes; see unix(7). */
  public static SocketAddress abstractName(byte[] name) {
    return new SocketAddress(name, 1, 0);
  }

  long address() {
    return memory.address();
  }

  int length() {
    return length;
  }
}
