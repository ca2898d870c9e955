package iosock.signal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import iosock.posix.Assembler;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The handler's bytes are those that GNU's assemblers make of its source. */
class HandlerCodeTest {

  private static final int FD = 0x12345678;

  private static final String X86 =
      """
      xor %eax, %eax
      cmpl $0x80, 8(%rsi)
      sete %al
      shl $7, %eax
      or %eax, %edi
      push %rdi
      mov $1, %eax
      mov $0x12345678, %edi
      mov %rsp, %rsi
      mov $1, %edx
      syscall
      pop %rax
      ret
      """;

  private static final String AARCH64 =
      """
      ldr w2, [x1, #8]
      cmp w2, #0x80
      cset w2, eq
      orr w0, w0, w2, lsl #7
      str x0, [sp, #-16]!
      movz x0, #0x5678
      movk x0, #0x1234, lsl #16
      mov x1, sp
      mov x2, #1
      mov x8, #64
      svc #0
      add sp, sp, #16
      ret
      """;

  @TempDir Path directory;

  @Test
  void theCodeForX86IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(assembled("x86-64-linux-gnu", X86), HandlerCode.forProcessor("amd64", FD));
  }

  @Test
  void theCodeForAarch64IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(
        assembled("aarch64-linux-gnu", AARCH64), HandlerCode.forProcessor("aarch64", FD));
  }

  @Test
  void otherProcessorsAreNotSupported() {
    assertNull(HandlerCode.forProcessor("riscv64", FD));
  }

  private byte[] assembled(String target, String source) throws Exception {
    return Assembler.assemble(directory, target, source);
  }
}
