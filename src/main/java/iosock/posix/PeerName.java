package iosock.posix;

/** The address of a socket, mostly of a peer's, received from the kernel. */
public final class PeerName {

  private final NativeBuffer address = new NativeBuffer(SocketAddress.SIZEOF);
  private final NativeBuffer length = new NativeBuffer(Integer.BYTES);

  /** Call it before the name is received, as it is also told how much room there is. */
  public PeerName clear() {
    length.putInt(0, SocketAddress.SIZEOF);
    return this;
  }

  /** How many bytes an abstract name has; 0 if it is none. */
  public int abstractLength() {
    int size = Math.min(length.getInt(0), SocketAddress.SIZEOF) - SocketAddress.OFFSETOF_sun_path;
    boolean isAbstract = size > 1 && address.getByte(SocketAddress.OFFSETOF_sun_path) == 0;
    return isAbstract ? size - 1 : 0;
  }

  /** A byte of an abstract name. */
  public byte getByte(int index) {
    return address.getByte(SocketAddress.OFFSETOF_sun_path + 1 + index);
  }

  long address() {
    return address.address();
  }

  long lengthAddress() {
    return length.address();
  }
}
