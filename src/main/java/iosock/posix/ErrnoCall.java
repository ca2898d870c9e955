package iosock.posix;

/**
 * Machine code that calls a function of libc and, if that returns -1, reads errno before the VM can
 * change it: {@code long call(long function, long a, long b, long c, long d, long e, long f)}.
 *
 * <p>The linker can capture errno too, but allocates an object for each call.
 */
final class ErrnoCall {

  private ErrnoCall() {}

  /**
   * @param processor the system property {@code os.arch}
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
    return MachineCode.x86(
        "4989fb", // mov r11, rdi: the function
        "4889f7", // mov rdi, rsi
        "4889d6", // mov rsi, rdx
        "4889ca", // mov rdx, rcx
        "4c89c1", // mov rcx, r8
        "4d89c8", // mov r8, r9
        "4c8b4c2408", // mov r9, [rsp+8]
        "4883ec08", // sub rsp, 8: calls need it at a multiple of 16
        "31c0", // xor eax, eax: no vector registers, where the function is variadic
        "41ffd3", // call r11
        "83f8ff", // cmp eax, -1
        "7512", // jne over the next five
        "48b8" + MachineCode.operand(errnoLocation), // mov rax, errnoLocation
        "ffd0", // call rax
        "486300", // movsxd rax, dword [rax]
        "48f7d8", // neg rax
        "4883c408", // add rsp, 8
        "c3"); // ret
  }

  private static byte[] aarch64(long errnoLocation) {
    return MachineCode.aarch64(
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

  /** 16 bits of a value, as an operand of movz and movk. */
  private static int half(long value, int shift) {
    return (int) (value >>> shift & 0xffff) << 5;
  }
}
