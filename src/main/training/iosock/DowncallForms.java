package iosock;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.SegmentAllocator;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * Makes method handles of the same types, in the same steps, as the JDK does when it links the call
 * of {@code iosock.posix.Link}. The JDK keeps the code of such steps with the types, and the
 * class-data archive keeps both: a run of the image finds the code there instead of generating it.
 *
 * <p>The call itself cannot be linked while the archive is made: the VM then refuses to write it.
 *
 * @see <a
 *     href="https://github.com/openjdk/jdk25u/blob/master/src/java.base/share/classes/jdk/internal/foreign/abi/DowncallLinker.java">
 *     DowncallLinker.getBoundMethodHandle, and SharedUtils.maybeInsertAllocator beside it</a>
 */
final class DowncallForms {

  private static final MethodType LINKED =
      MethodType.methodType(
          long.class,
          SegmentAllocator.class,
          MemorySegment.class,
          long.class,
          long.class,
          long.class,
          long.class,
          long.class,
          long.class,
          long.class);

  /** The function's address comes first. */
  private static final int[] SWAPPED = {1, 0, 2, 3, 4, 5, 6, 7, 8};

  private DowncallForms() {}

  /**
   * The bootstrap method of the dynamic constant of {@code iosock.Priming}.
   *
   * @return a string without characters
   */
  static String make(MethodHandles.Lookup lookup, String name, Class<?> type)
      throws ReflectiveOperationException {
    MethodHandle call = lookup.findStatic(DowncallForms.class, "call", LINKED);
    MethodHandle check =
        lookup.findStatic(
            DowncallForms.class, "check", MethodType.methodType(void.class, MemorySegment.class));
    MethodType addressFirst =
        LINKED
            .changeParameterType(0, MemorySegment.class)
            .changeParameterType(1, SegmentAllocator.class);
    MethodHandle checked = MethodHandles.foldArguments(call, 1, check);
    MethodHandle swapped = MethodHandles.permuteArguments(checked, addressFirst, SWAPPED);
    MethodHandles.insertArguments(swapped, 1, (SegmentAllocator) null);
    return "";
  }

  static long call(
      SegmentAllocator allocator,
      MemorySegment function,
      long a,
      long b,
      long c,
      long d,
      long e,
      long f,
      long g) {
    throw new AssertionError("only its type is used");
  }

  static void check(MemorySegment function) {}
}
