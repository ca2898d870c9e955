package iosock.posix;

import java.nio.file.Path;

/** A function of a shared library that was compiled for a benchmark. */
public final class CompiledFunction {

  /** dlfcn.h */
  private static final int RTLD_NOW = 2;

  private final long address;

  public CompiledFunction(Path library, String name) {
    NativeBuffer file = NativeBuffer.string(library.toString());
    long handle = Link.call(Link.function("dlopen"), file.address(), RTLD_NOW, 0, 0, 0, 0);
    long symbol = NativeBuffer.string(name).address();
    address = handle == 0 ? 0 : Link.call(Link.function("dlsym"), handle, symbol, 0, 0, 0, 0);
    if (address == 0) {
      throw new UnsatisfiedLinkError(library + " has no " + name);
    }
  }

  public long call(PollSet set, long count) {
    return Link.call(address, set.address(), set.size(), count, 0, 0, 0);
  }
}
