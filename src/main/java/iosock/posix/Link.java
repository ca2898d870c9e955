package iosock.posix;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The one place where Java is linked to libc. */
final class Link {

  private static final Linker LINKER = Linker.nativeLinker();

  /**
   * {@code long f(long, long, long, long, long, long)} with errno captured; the function's address
   * comes first.
   *
   * <p>Every function is called through this one shape, since linking a second shape costs as much
   * start time as all functions of the first together. It is right for any function with at most
   * six integer or pointer arguments: the calling conventions of x86-64 and aarch64 pass these in
   * registers, where a function that takes fewer or narrower ones does not look at the rest.
   */
  @SuppressWarnings("restricted")
  static final MethodHandle CALL =
      LINKER.downcallHandle(
          FunctionDescriptor.of(
              JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG),
          Linker.Option.captureCallState("errno"));

  private Link() {}

  /**
   * @throws UnsatisfiedLinkError if libc has no such function
   */
  static MemorySegment function(String name) {
    MemorySegment address = LINKER.defaultLookup().find(name).orElse(null);
    if (address == null) {
      throw new UnsatisfiedLinkError("libc has no " + name);
    }
    return address;
  }
}
