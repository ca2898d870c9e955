package iosock.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The bytes are those that GNU's assemblers make of the source, and calls through them work. */
class ErrnoCallTest {

  private static final long ERRNO_LOCATION = 0x1122334455667788L;

  private static final String X86 =
      """
      mov %rdi, %r11
      mov %rsi, %rdi
      mov %rdx, %rsi
      mov %rcx, %rdx
      mov %r8, %rcx
      mov %r9, %r8
      mov 8(%rsp), %r9
      sub $8, %rsp
      xor %eax, %eax
      call *%r11
      cmp $-1, %eax
      jne 1f
      movabs $0x1122334455667788, %rax
      call *%rax
      movslq (%rax), %rax
      neg %rax
      1: add $8, %rsp
      ret
      """;

  private static final String AARCH64 =
      """
      stp x29, x30, [sp, #-16]!
      mov x9, x0
      mov x0, x1
      mov x1, x2
      mov x2, x3
      mov x3, x4
      mov x4, x5
      mov x5, x6
      blr x9
      cmn w0, #1
      b.ne 1f
      movz x9, #0x7788
      movk x9, #0x5566, lsl #16
      movk x9, #0x3344, lsl #32
      movk x9, #0x1122, lsl #48
      blr x9
      ldrsw x0, [x0]
      neg x0, x0
      1: ldp x29, x30, [sp], #16
      ret
      """;

  @TempDir Path directory;

  @Test
  void theCodeForX86IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(
        Assembler.assemble(directory, "x86-64-linux-gnu", X86),
        ErrnoCall.forProcessor("amd64", ERRNO_LOCATION));
  }

  @Test
  void theCodeForAarch64IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(
        Assembler.assemble(directory, "aarch64-linux-gnu", AARCH64),
        ErrnoCall.forProcessor("aarch64", ERRNO_LOCATION));
  }

  @Test
  void otherProcessorsAreNotSupported() {
    assertNull(ErrnoCall.forProcessor("riscv64", ERRNO_LOCATION));
  }

  @Test
  void everyArgumentIsPassedAndAFailureIsTheNegativeErrno() {
    Libc libc = new Libc();
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    assertEquals(0, libc.pipe2(ends, Fcntl.O_NONBLOCK));
    int from = ends.getInt(0);
    int to = ends.getInt(Integer.BYTES);
    NativeBuffer word = NativeBuffer.string("word");
    assertEquals(-Errno.EAGAIN, libc.read(from, word, 4));
    assertEquals(4, libc.write(to, word, 0, 4));
    assertEquals(0, libc.pipe2(ends, Fcntl.O_NONBLOCK));
    // The sixth argument: with another flag splice(2) answers EINVAL.
    assertEquals(-Errno.EINVAL, libc.splice(from, ends.getInt(4), 4, 1 << 20));
    assertEquals(4, libc.splice(from, ends.getInt(4), 4, Fcntl.SPLICE_F_NONBLOCK));
    assertEquals(-Errno.EBADF, libc.close(-1));
    assertEquals("No such file or directory", new String(libc.strerror(Errno.ENOENT)));
  }
}
