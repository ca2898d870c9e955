package jmh;

/** The options of every benchmark's VM. */
final class Vm {

  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** JMH itself still uses sun.misc.Unsafe. */
  static final String UNSAFE = "--sun-misc-unsafe-memory-access=allow";

  private Vm() {}
}
