package iosock.posix;

/**
 * Machine code that calls a function of libc and looks at errno before anybody else can: {@code
 * long call(long function, long a, long b, long c, long d, long e, long f)}.
 *
 * <p>The linker can capture errno too, but makes an object for each call, which a forked child must
 * not do and the loop need not.
 */
final class ErrnoCall {

  private ErrnoCall() {}

  /**
   * @param errnoLocation the address of {@code int *__errno_location(void)}
   * @return null for a processor that there is no code for
   */
  static byte[] forProcessor(String processor, long errnoLocation) {
    return switch (processor) {
      case "amd64", "x86_64" -> x86(errnoLocation);
      case "aarch64" -> aarch64(errnoLocation);
      default -> null;
    };
  }

  private static byte[] x86(long errnoLocation) {
    byte[] code = {
      0x49,
      (byte) 0x89,
      (byte) 0xfb, // mov r11, rdi: the function
      0x48,
      (byte) 0x89,
      (byte) 0xf7, // mov rdi, rsi
      0x48,
      (byte) 0x89,
      (byte) 0xd6, // mov rsi, rdx
      0x48,
      (byte) 0x89,
      (byte) 0xca, // mov rdx, rcx
      0x4c,
      (byte) 0x89,
      (byte) 0xc1, // mov rcx, r8
      0x4d,
      (byte) 0x89,
      (byte) 0xc8, // mov r8, r9
      0x4c,
      (byte) 0x8b,
      0x4c,
      0x24,
      0x08, // mov r9, [rsp+8]
      0x48,
      (byte) 0x83,
      (byte) 0xec,
      0x08, // sub rsp, 8: calls want it at a multiple of 16
      0x31,
      (byte) 0xc0, // xor eax, eax: no vector registers, if it is variadic
      0x41,
      (byte) 0xff,
      (byte) 0xd3, // call r11
      (byte) 0x83,
      (byte) 0xf8,
      (byte) 0xff, // cmp eax, -1
      0x75,
      0x12, // jne over the next five
      0x48,
      (byte) 0xb8,
      0,
      0,
      0,
      0,
      0,
      0,
      0,
      0, // mov rax, errnoLocation
      (byte) 0xff,
      (byte) 0xd0, // call rax
      0x48,
      0x63,
      0x00, // movsxd rax, dword [rax]
      0x48,
      (byte) 0xf7,
      (byte) 0xd8, // neg rax
      0x48,
      (byte) 0x83,
      (byte) 0xc4,
      0x08, // add rsp, 8
      (byte) 0xc3, // ret
    };
    MachineCode.putLong(code, 0x27, errnoLocation);
    return code;
  }

  private static byte[] aarch64(long errnoLocation) {
    return MachineCode.instructions(
        0xa9bf7bfd, // stp x29, x30, [sp, #-16]!
        0xaa0003e9, // mov x9, x0: the function
        0xaa0103e0, // mov x0, x1
        0xaa0203e1, // mov x1, x2
        0xaa0303e2, // mov x2, x3
        0xaa0403e3, // mov x3, x4
        0xaa0503e4, // mov x4, x5
        0xaa0603e5, // mov x5, x6
        0xd63f0120, // blr x9
        0x3100041f, // cmn w0, #1
        0x54000101, // b.ne over the next seven
        0xd2800009 | half(errnoLocation, 0), // movz x9, errnoLocation's lowest 16 bits
        0xf2a00009 | half(errnoLocation, 16), // movk x9, …, lsl 16
        0xf2c00009 | half(errnoLocation, 32), // movk x9, …, lsl 32
        0xf2e00009 | half(errnoLocation, 48), // movk x9, …, lsl 48
        0xd63f0120, // blr x9
        0xb9800000, // ldrsw x0, [x0]
        0xcb0003e0, // neg x0, x0
        0xa8c17bfd, // ldp x29, x30, [sp], #16
        0xd65f03c0); // ret
  }

  /** 16 bits of a value, where movz and movk have them. */
  private static int half(long value, int shift) {
    return (int) (value >>> shift & 0xffff) << 5;
  }
}
