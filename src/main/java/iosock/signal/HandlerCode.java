package iosock.signal;

import iosock.posix.MachineCode;

/**
 * The machine code of a signal handler, {@code void handler(int signal)}, that writes the signal's
 * number as one byte to a descriptor.
 *
 * <p>A handler may interrupt any thread of the VM in any state, so it must not be Java. This one
 * makes a raw system call, write(2), and so leaves even errno as it was.
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
    byte[] code = {
      0x57, // push rdi: the number, on a little-endian stack its first byte
      (byte) 0xb8,
      1,
      0,
      0,
      0, // mov eax, 1: write
      (byte) 0xbf,
      0,
      0,
      0,
      0, // mov edi, fd
      0x48,
      (byte) 0x89,
      (byte) 0xe6, // mov rsi, rsp
      (byte) 0xba,
      1,
      0,
      0,
      0, // mov edx, 1
      0x0f,
      0x05, // syscall
      0x58, // pop rax
      (byte) 0xc3, // ret
    };
    MachineCode.putInt(code, 7, fd);
    return code;
  }

  private static byte[] aarch64(int fd) {
    return MachineCode.instructions(
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
