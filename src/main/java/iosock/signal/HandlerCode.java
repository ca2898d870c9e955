package iosock.signal;

import iosock.posix.MachineCode;

/**
 * The machine code of a signal handler, {@code void handler(int signal, siginfo_t *info, void
 * *context)}, that writes the signal's number as one byte to a descriptor. The byte's highest bit
 * says that the kernel has sent the signal: {@code info->si_code == SI_KERNEL}.
 *
 * <p>A handler may interrupt any thread of the VM in any state, so it cannot be Java. This one
 * makes the system call write(2) itself and so does not change errno.
 */
final class HandlerCode {

  /** In the byte that is written. */
  static final int FROM_KERNEL = 0x80;

  private HandlerCode() {}

  /**
   * @param processor the system property {@code os.arch}
   * @return null for a processor that there is no code for
   */
  static byte[] forProcessor(String processor, int fd) {
    return switch (processor) {
      case "amd64", "x86_64" -> x86(fd);
      case "aarch64" -> aarch64(fd);
      default -> null;
    };
  }

  private static byte[] x86(int fd) {
    return MachineCode.x86(
        "31c0", // xor eax, eax
        "817e0880000000", // cmp dword ptr [rsi + 8], 0x80: si_code, SI_KERNEL
        "0f94c0", // sete al
        "c1e007", // shl eax, 7
        "09c7", // or edi, eax
        "57", // push rdi: the number, whose first byte in memory is its lowest
        "b801000000", // mov eax, 1: write
        "bf" + MachineCode.operand(fd), // mov edi, fd
        "4889e6", // mov rsi, rsp
        "ba01000000", // mov edx, 1
        "0f05", // syscall
        "58", // pop rax
        "c3"); // ret
  }

  private static byte[] aarch64(int fd) {
    return MachineCode.aarch64(
        0xb9400822, // ldr w2, [x1, #8]: si_code
        0x7102005f, // cmp w2, #0x80: SI_KERNEL
        0x1a9f17e2, // cset w2, eq
        0x2a021c00, // orr w0, w0, w2, lsl #7
        0xf81f0fe0, // str x0, [sp, #-16]!: the number
        0xd2800000 | (fd & 0xffff) << 5, // movz x0, fd's lower half
        0xf2a00000 | (fd >>> 16) << 5, // movk x0, fd's upper half, lsl 16
        0x910003e1, // mov x1, sp
        0xd2800022, // mov x2, #1
        0xd2800808, // mov x8, #64: write
        0xd4000001, // svc #0
        0x910043ff, // add sp, sp, #16
        0xd65f03c0); // ret
  }
}
