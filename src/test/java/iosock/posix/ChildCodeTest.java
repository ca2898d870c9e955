package iosock.posix;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The bytes are those that GNU's assemblers make of the source. As an ordinary function the code
 * runs in this process too.
 */
class ChildCodeTest {

  private static final String X86 =
      """
      push %rbx
      push %rbp
      sub $8, %rsp
      mov %rdi, %rbx
      lea 24(%rdi), %rbp
      next: mov 8(%rbp), %rdi
      mov 16(%rbp), %rsi
      mov 24(%rbp), %rdx
      xor %eax, %eax
      call *(%rbp)
      add $32, %rbp
      cmp $-1, %eax
      jne next
      call *(%rbx)
      mov 16(%rbx), %edi
      mov %rax, %rsi
      mov $4, %edx
      call *8(%rbx)
      mov $127, %eax
      add $8, %rsp
      pop %rbp
      pop %rbx
      ret
      """;

  private static final String AARCH64 =
      """
      stp x29, x30, [sp, #-32]!
      stp x19, x20, [sp, #16]
      mov x19, x0
      add x20, x0, #24
      next: ldp x9, x0, [x20]
      ldp x1, x2, [x20, #16]
      add x20, x20, #32
      blr x9
      cmn w0, #1
      b.ne next
      ldr x9, [x19]
      blr x9
      mov x1, x0
      ldp x9, x0, [x19, #8]
      mov x2, #4
      blr x9
      mov w0, #127
      ldp x19, x20, [sp, #16]
      ldp x29, x30, [sp], #32
      ret
      """;

  private static final int FAILED = 127;
  private static final int MANY = 160_000;

  /** PATH_MAX and NAME_MAX. */
  private static final int PATH = 4096 + 255;

  private static final int STACK_ALIGNMENT = 16;
  private static final long WRITE = Link.function("write");

  @TempDir Path directory;

  private final Libc libc = new Libc();
  private final NativeBuffer word = new NativeBuffer(Integer.BYTES);
  private final NativeBuffer status = new NativeBuffer(2 * Integer.BYTES);
  private final NativeBuffer data = new NativeBuffer(2 * Integer.BYTES);
  private final NativeBuffer text = NativeBuffer.string("abcdef");

  @BeforeEach
  void openPipes() {
    assertEquals(0, libc.pipe2(status, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK));
    assertEquals(0, libc.pipe2(data, Fcntl.O_CLOEXEC | Fcntl.O_NONBLOCK));
  }

  @AfterEach
  void closePipes() {
    for (NativeBuffer pipe : new NativeBuffer[] {status, data}) {
      libc.close(pipe.getInt(0));
      libc.close(pipe.getInt(Integer.BYTES));
    }
  }

  @Test
  void theCodeForX86IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(
        Assembler.assemble(directory, "x86-64-linux-gnu", X86), ChildCode.forProcessor("amd64"));
  }

  @Test
  void theCodeForAarch64IsThatOfTheAssembler() throws Exception {
    assertArrayEquals(
        Assembler.assemble(directory, "aarch64-linux-gnu", AARCH64),
        ChildCode.forProcessor("aarch64"));
  }

  @Test
  void otherProcessorsAreNotSupported() {
    assertNull(ChildCode.forProcessor("riscv64"));
  }

  @Test
  void theCallsAreMadeInOrderUntilOneFails() {
    CallTable calls =
        table()
            .add(WRITE, writeEnd(data), text.address(), 3)
            .add(WRITE, writeEnd(data), text.address() + 4, 1)
            .dup2(-1, 3)
            .add(WRITE, writeEnd(data), text.address(), 6);
    assertEquals(FAILED, perform(calls));
    assertEquals(Errno.EBADF, errno());
    assertEquals("abce", read(data));
  }

  @Test
  void aFailedExecIsReported() {
    CallTable calls = table().execvp(new ArgumentVector(List.of(new byte[0])));
    assertEquals(FAILED, perform(calls));
    assertEquals(Errno.ENOENT, errno());
  }

  /** 0 and -2 are no failures, whatever errno is. */
  @Test
  void onlyMinusOneIsAFailure() {
    long labs = Link.function("labs");
    CallTable calls = table().add(labs, 0, 0, 0).add(labs, 0xfffffffeL, 0, 0).dup2(-1, 3);
    assertEquals(FAILED, perform(calls));
    assertEquals(Errno.EBADF, errno());
  }

  @Test
  void aTableIsUsedAgain() {
    CallTable calls = table().add(WRITE, writeEnd(data), text.address(), 6).dup2(-1, 3);
    perform(calls);
    assertEquals("abcdef", read(data));
    assertEquals(Errno.EBADF, errno());
    calls.begin(writeEnd(status)).dup2(-1, 3);
    perform(calls);
    assertEquals("", read(data));
    assertEquals(Errno.EBADF, errno());
  }

  @Test
  void theStackHoldsACopyOfTheArguments() {
    int size = table().execvp(argv(MANY)).stackSize();
    assertTrue(size > (MANY + 2) * Long.BYTES + PATH, size + " bytes");
    for (int count = 1; count <= 4; count++) {
      assertEquals(0, table().execvp(argv(count)).stackSize() % STACK_ALIGNMENT);
    }
  }

  private static ArgumentVector argv(int count) {
    return new ArgumentVector(Collections.nCopies(count, new byte[] {'x'}));
  }

  private CallTable table() {
    return new CallTable(4).begin(writeEnd(status));
  }

  private static int perform(CallTable calls) {
    return (int) Link.call(calls.code(), calls.address(), 0, 0, 0, 0, 0);
  }

  private int errno() {
    assertEquals(Integer.BYTES, libc.read(status.getInt(0), word, Integer.BYTES));
    return word.getInt(0);
  }

  private String read(NativeBuffer pipe) {
    NativeBuffer read = new NativeBuffer(16);
    int length = (int) Math.max(libc.read(pipe.getInt(0), read, 16), 0);
    return new String(read.get(0, length));
  }

  private static int writeEnd(NativeBuffer pipe) {
    return pipe.getInt(Integer.BYTES);
  }
}
