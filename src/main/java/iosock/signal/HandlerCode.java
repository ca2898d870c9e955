package iosock.signal;

import iosock.posix.MachineCode;

/**
 * The machine code of a signal handler, {@code void handler(int signal)}, that writes the signal's
 * number as one byte to a descriptor.
 *
 * <p>A handler may interrupt any thread of the VM in any state, so it cannot be Java. This one
 * makes the system call write(2) itself and so does not change errno.
 */
final class HandlerCode {

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
