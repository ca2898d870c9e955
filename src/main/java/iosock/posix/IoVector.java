package iosock.posix;

/**
 * A buffer to send from or to receive into.
 *
 * <pre>{@code
 * struct iovec { void *iov_base; size_t iov_len; };    // sys/uio.h
 * }</pre>
 */
final class IoVector {

  static final int SIZEOF = 16;
  static final int OFFSETOF_iov_base = 0;
  static final int OFFSETOF_iov_len = 8;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  void set(NativeBuffer buffer, int offset, int length) {
    memory.putLong(OFFSETOF_iov_base, buffer.address() + offset);
    memory.putLong(OFFSETOF_iov_len, length);
  }

  long address() {
    return memory.address();
  }
}
