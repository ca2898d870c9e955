package iosock.posix;

import java.lang.foreign.MemorySegment;
import java.util.HexFormat;

/** Executable pages, and the code to put there. */
public final class MachineCode {

  /** The processor of this machine, by Java's name for it. */
  public static final String PROCESSOR = System.getProperty("os.arch");

  private static final int PAGE = 4096;

  private MachineCode() {}

  /**
   * Copies code to a page of its own, which is never writable and executable at once and is never
   * freed. On aarch64 the kernel synchronizes the caches when a written page becomes executable.
   *
   * @param code null if there is none for this processor
   * @return the page's address
   */
  public static long load(byte[] code) {
    if (code == null) {
      throw new UnsupportedOperationException("no machine code for ".concat(PROCESSOR));
    }
    int flags = Mman.MAP_PRIVATE | Mman.MAP_ANONYMOUS;
    long page = call(Link.function("mmap"), 0, PAGE, Mman.PROT_READ | Mman.PROT_WRITE, flags, -1);
    NativeBuffer bytes = new NativeBuffer(code.length);
    bytes.put(0, code);
    if (page == -1
        || call(Link.function("memcpy"), page, bytes.address(), code.length, 0, 0) != page
        || (int) call(Link.function("mprotect"), page, PAGE, Mman.PROT_READ | Mman.PROT_EXEC, 0, 0)
            != 0) {
      throw new UnsupportedOperationException("no executable memory");
    }
    return page;
  }

  /** Without errno, since it is machine code that reads it. */
  private static long call(long function, long a, long b, long c, long d, long e) {
    return Link.call(MemorySegment.ofAddress(function), a, b, c, d, e, 0, 0);
  }

  /** Instructions of x86-64, each in hexadecimal digits; an operand may be a text of its own. */
  public static byte[] x86(String... instructions) {
    return HexFormat.of().parseHex(String.join("", instructions));
  }

  /** An operand as the processor reads it, its lowest byte first. */
  public static String operand(int value) {
    return HexFormat.of().toHexDigits(Integer.reverseBytes(value));
  }

  /** {@link #operand(int)} of 64 bits. */
  static String operand(long value) {
    return HexFormat.of().toHexDigits(Long.reverseBytes(value));
  }

  /** Instructions of aarch64. */
  public static byte[] aarch64(int... instructions) {
    StringBuilder code = new StringBuilder();
    for (int instruction : instructions) {
      code.append(operand(instruction));
    }
    return HexFormat.of().parseHex(code);
  }
}
