package iosock.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/** The one place that links Java to native code. */
final class Link {

  /**
   * By the name that the dynamic linker knows it by, since it is loaded already. The linker's own
   * lookup loads a library by a path, which the VM has decoded: it finds none in a directory whose
   * name is not text in the locale's charset.
   */
  @SuppressWarnings("restricted")
  private static final SymbolLookup LIBC = SymbolLookup.libraryLookup("libc.so.6", Arena.global());

  /**
   * {@code long f(long, long, long, long, long, long, long)}; the function's address comes first.
   *
   * <p>Everything is called through this one shape, since linking a second shape costs as much
   * start time as all functions of the first together. It is right for any function with at most
   * seven integer or pointer arguments: x86-64 and aarch64 pass them in the same registers whatever
   * their number, and a function reads only those that it has.
   */
  private static final MethodHandle CALL = linkCall();

  private static final MemorySegment ERRNO_CALL =
      MemorySegment.ofAddress(
          MachineCode.load(
              ErrnoCall.forProcessor(MachineCode.PROCESSOR, function("__errno_location"))));

  private Link() {}

  @SuppressWarnings("restricted")
  private static MethodHandle linkCall() {
    // Else the JDK checks the bindings that it has chosen, and links two more pattern switches for
    // it.
    System.setProperty("java.lang.foreign.VERIFY_BINDINGS", "false");
    return Linker.nativeLinker()
        .downcallHandle(
            FunctionDescriptor.of(
                JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG,
                JAVA_LONG));
  }

  /**
   * @return the address of a function of libc
   * @throws UnsatisfiedLinkError if it has no such function
   */
  static long function(String name) {
    MemorySegment address = LIBC.find(name).orElse(null);
    if (address == null) {
      throw new UnsatisfiedLinkError("libc has no " + name);
    }
    return address.address();
  }

  /**
   * Calls a function of libc.
   *
   * @return what it returned, or if that is -1 the negative errno
   */
  static long call(long function, long a, long b, long c, long d, long e, long f) {
    return call(ERRNO_CALL, function, a, b, c, d, e, f);
  }

  /**
   * @return what the function returned
   */
  static long call(MemorySegment function, long a, long b, long c, long d, long e, long f, long g) {
    try {
      return (long) CALL.invokeExact(function, a, b, c, d, e, f, g);
    } catch (Throwable impossible) {
      throw new AssertionError(impossible);
    }
  }
}
