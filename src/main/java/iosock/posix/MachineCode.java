package iosock.posix;

import java.lang.foreign.MemorySegment;

/** Executable pages. */
public final class MachineCode {

  /** What Java calls this machine's processor. */
  public static final String PROCESSOR = System.getProperty("os.arch");

  private static final int PAGE = 4096;

  private MachineCode() {}

  /**
   * Puts code into a page of its own, which is never writable and executable at once, and stays as
   * long as the process. On aarch64 the kernel makes the caches agree when a page that was written
   * becomes executable.
   *
   * @param code null if there is none for this processor
   * @return its address
   */
  public static long load(byte[] code) {
    if (code == null) {
      throw new UnsupportedOperationException("no machine code for ".concat(PROCESSOR));
    }
    int flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    long page = call("mmap", 0, PAGE, Mman.PROT_READ | Mman.PROT_WRITE, flags, -1);
    NativeBuffer bytes = new NativeBuffer(code.length);
    bytes.put(0, code);
    if (page == -1
        || call("memcpy", page, bytes.address(), code.length, 0, 0) != page
        || (int) call("mprotect", page, PAGE, Mman.PROT_READ | Mman.PROT_EXEC, 0, 0) != 0) {
      throw new UnsupportedOperationException("no executable memory");
    }
    return page;
  }

  /** Without errno, which takes machine code. */
  private static long call(String function, long a, long b, long c, long d, long e) {
    return Link.call(MemorySegment.ofAddress(Link.function(function)), a, b, c, d, e, 0, 0);
  }

  /** Instructions of four bytes each. */
  public static byte[] instructions(int... instructions) {
    byte[] code = new byte[instructions.length * Integer.BYTES];
    for (int i = 0; i < instructions.length; i++) {
      putInt(code, i * Integer.BYTES, instructions[i]);
    }
    return code;
  }

  public static void putInt(byte[] code, int at, int value) {
    for (int i = 0; i < Integer.BYTES; i++) {
      code[at + i] = (byte) (value >>> 8 * i);
    }
  }

  static void putLong(byte[] code, int at, long value) {
    putInt(code, at, (int) value);
    putInt(code, at + Integer.BYTES, (int) (value >>> 32));
  }
}
