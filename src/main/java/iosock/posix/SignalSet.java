package iosock.posix;

/** A {@code sigset_t} (signal.h). Linux uses its first 64 bits: bit N-1 is signal N. */
public final class SignalSet {

  static final int SIZEOF = 128;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  public static long bit(int signal) {
    return 1L << (signal - 1);
  }

  public static boolean contains(long bits, int signal) {
    return (bits & bit(signal)) != 0;
  }

  public void set(long bits) {
    memory.putLong(0, bits);
  }

  long address() {
    return memory.address();
  }
}
