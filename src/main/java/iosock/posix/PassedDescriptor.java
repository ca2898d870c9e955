package iosock.posix;

/**
 * A control message with one descriptor in it: unix(7).
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

  /** CMSG_LEN and CMSG_SPACE of an int. */
  private static final int LENGTH = SIZEOF + Integer.BYTES;

  private static final int SPACE = SIZEOF + Long.BYTES;

  private final NativeBuffer memory = new NativeBuffer(SPACE);

  void set(int fd) {
    memory.putLong(OFFSETOF_cmsg_len, LENGTH);
    memory.putInt(OFFSETOF_cmsg_level, Sockets.SOL_SOCKET);
    memory.putInt(OFFSETOF_cmsg_type, Sockets.SCM_RIGHTS);
    memory.putInt(SIZEOF, fd);
  }

  /**
   * @param received how many bytes of control messages were
   * @return -1 if there is none
   */
  int get(long received) {
    boolean isOne =
        received >= LENGTH
            && memory.getInt(OFFSETOF_cmsg_level) == Sockets.SOL_SOCKET
            && memory.getInt(OFFSETOF_cmsg_type) == Sockets.SCM_RIGHTS;
    return isOne ? memory.getInt(SIZEOF) : -1;
  }

  long address() {
    return memory.address();
  }

  /** Room for one: what else is sent the kernel closes. */
  int size() {
    return LENGTH;
  }
}
