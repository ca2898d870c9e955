package iosock.posix;

/**
 * A control message with descriptors in it: unix(7).
 *
 * <pre>{@code
 * struct cmsghdr { size_t cmsg_len; int cmsg_level, cmsg_type; };    // sys/socket.h
 * }</pre>
 */
final class PassedDescriptor {

  static final int SIZEOF = 16;
  static final int OFFSETOF_cmsg_len = 0;
  static final int OFFSETOF_cmsg_level = 8;
  static final int OFFSETOF_cmsg_type = 12;

  /** SCM_MAX_FD of the kernel: how many there can be in a message. */
  private static final int MAX_COUNT = 253;

  /** CMSG_LEN of one and of all. */
  private static final int LENGTH = SIZEOF + Integer.BYTES;

  private static final int SPACE = SIZEOF + MAX_COUNT * Integer.BYTES;

  private final NativeBuffer memory = new NativeBuffer(SPACE);

  void set(int fd) {
    memory.putLong(OFFSETOF_cmsg_len, LENGTH);
    memory.putInt(OFFSETOF_cmsg_level, Sockets.SOL_SOCKET);
    memory.putInt(OFFSETOF_cmsg_type, Sockets.SCM_RIGHTS);
    memory.putInt(SIZEOF, fd);
  }

  /**
   * How many have been received.
   *
   * @param received how many bytes of control messages were
   */
  int count(long received) {
    boolean isRights =
        received >= LENGTH
            && memory.getInt(OFFSETOF_cmsg_level) == Sockets.SOL_SOCKET
            && memory.getInt(OFFSETOF_cmsg_type) == Sockets.SCM_RIGHTS;
    return isRights ? (int) (memory.getLong(OFFSETOF_cmsg_len) - SIZEOF) / Integer.BYTES : 0;
  }

  int get(int index) {
    return memory.getInt(SIZEOF + index * Integer.BYTES);
  }

  long address() {
    return memory.address();
  }

  /** With one descriptor, to send it. */
  int size() {
    return LENGTH;
  }

  /** Room for all that can come: what does not fit the kernel closes, in the thread that reads. */
  int capacity() {
    return SPACE;
  }
}
