package jmh;

/** What the virtual machine of every benchmark is started with. */
final class Vm {

  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /** JMH itself still uses what is to be removed. */
  static final String UNSAFE = "--sun-misc-unsafe-memory-access=allow";

  private Vm() {}
}
