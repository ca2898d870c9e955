package iosock.posix;

/**
 * Bytes that are sent or received, and descriptors that may come beside them.
 *
 * <pre>{@code
 * struct msghdr { void *msg_name; socklen_t msg_namelen; struct iovec *msg_iov; size_t msg_iovlen;
 *                 void *msg_control; size_t msg_controllen; int msg_flags; };    // sys/socket.h
 * }</pre>
 */
public final class Message {

  static final int SIZEOF = 56;
  static final int OFFSETOF_msg_iov = 16;
  static final int OFFSETOF_msg_iovlen = 24;
  static final int OFFSETOF_msg_control = 32;
  static final int OFFSETOF_msg_controllen = 40;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);
  private final IoVector bytes = new IoVector();
  private final PassedDescriptor descriptor = new PassedDescriptor();

  public Message() {
    memory.putLong(OFFSETOF_msg_iov, bytes.address());
    memory.putLong(OFFSETOF_msg_iovlen, 1);
    memory.putLong(OFFSETOF_msg_control, descriptor.address());
  }

  /** To send {@code length} bytes of a buffer from {@code offset} on, and a descriptor. */
  public Message sending(NativeBuffer buffer, int offset, int length, int fd) {
    descriptor.set(fd);
    return with(buffer, offset, length, descriptor.size());
  }

  /** To receive at most {@code length} bytes into a buffer, and what may come beside them. */
  public Message receiving(NativeBuffer buffer, int length) {
    return with(buffer, 0, length, descriptor.capacity());
  }

  private Message with(NativeBuffer buffer, int offset, int length, int control) {
    bytes.set(buffer, offset, length);
    memory.putLong(OFFSETOF_msg_controllen, control);
    return this;
  }

  /** How many descriptors were received; they are the caller's to close. */
  public int descriptorCount() {
    return descriptor.count(memory.getLong(OFFSETOF_msg_controllen));
  }

  public int descriptor(int index) {
    return descriptor.get(index);
  }

  long address() {
    return memory.address();
  }
}
