package iosock.posix;

/**
 * The user and the group of a peer.
 *
 * <pre>{@code
 * struct ucred { pid_t pid; uid_t uid; gid_t gid; };    // sys/socket.h
 * }</pre>
 */
public final class Credentials {

  static final int SIZEOF = 12;
  static final int OFFSETOF_uid = 4;
  static final int OFFSETOF_gid = 8;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /** As an unsigned int. */
  public int uid() {
    return memory.getInt(OFFSETOF_uid);
  }

  /** As an unsigned int. */
  public int gid() {
    return memory.getInt(OFFSETOF_gid);
  }

  long address() {
    return memory.address();
  }
}
