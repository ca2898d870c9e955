package iosock.posix;

/**
 * The machine code that a child process runs before it becomes the command: {@code int
 * child(CallTable *table)}. It makes the calls of a {@link CallTable} in order until one returns
 * -1, then writes errno, an int, to the status descriptor and returns 127. The last call is
 * execvp(3), which returns only if it fails.
 *
 * <p>No Java can run in a child: only the thread that started it exists there, and a lock that
 * another thread of the VM held would never be released. All addresses are in the table, so the
 * code is the same for every table.
 */
final class ChildCode {

  private ChildCode() {}

  /**
   * @param processor the system property {@code os.arch}
   * @return null for a processor that there is no code for
   */
  static byte[] forProcessor(String processor) {
    return switch (processor) {
      case "amd64", "x86_64" -> x86();
      case "aarch64" -> aarch64();
      default -> null;
    };
  }

  private static byte[] x86() {
    return MachineCode.x86(
        "53", // push rbx
        "55", // push rbp
        "4883ec08", // sub rsp, 8: calls need it at a multiple of 16
        "4889fb", // mov rbx, rdi: the table
        "488d6f18", // lea rbp, [rdi+24]: its first call
        "488b7d08", // next: mov rdi, [rbp+8]
        "488b7510", // mov rsi, [rbp+16]
        "488b5518", // mov rdx, [rbp+24]
        "31c0", // xor eax, eax: no vector registers, where the function is variadic
        "ff5500", // call [rbp]
        "4883c520", // add rbp, 32
        "83f8ff", // cmp eax, -1
        "75e6", // jne next
        "ff13", // call [rbx]: __errno_location
        "8b7b10", // mov edi, [rbx+16]: the status descriptor
        "4889c6", // mov rsi, rax
        "ba04000000", // mov edx, 4
        "ff5308", // call [rbx+8]: write
        "b87f000000", // mov eax, 127
        "4883c408", // add rsp, 8
        "5d", // pop rbp
        "5b", // pop rbx
        "c3"); // ret
  }

  private static byte[] aarch64() {
    return MachineCode.aarch64(
        0xa9be7bfd, // stp x29, x30, [sp, #-32]!
        0xa90153f3, // stp x19, x20, [sp, #16]
        0xaa0003f3, // mov x19, x0: the table
        0x91006014, // add x20, x0, #24: its first call
        0xa9400289, // next: ldp x9, x0, [x20]
        0xa9410a81, // ldp x1, x2, [x20, #16]
        0x91008294, // add x20, x20, #32
        0xd63f0120, // blr x9
        0x3100041f, // cmn w0, #1
        0x54ffff61, // b.ne next
        0xf9400269, // ldr x9, [x19]: __errno_location
        0xd63f0120, // blr x9
        0xaa0003e1, // mov x1, x0
        0xa9408269, // ldp x9, x0, [x19, #8]: write, the status descriptor
        0xd2800082, // mov x2, #4
        0xd63f0120, // blr x9
        0x52800fe0, // mov w0, #127
        0xa94153f3, // ldp x19, x20, [sp, #16]
        0xa8c27bfd, // ldp x29, x30, [sp], #32
        0xd65f03c0); // ret
  }
}
