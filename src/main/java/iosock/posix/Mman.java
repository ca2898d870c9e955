package iosock.posix;

/** sys/mman.h. */
public final class Mman {

  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;
  public static final int PROT_EXEC = 4;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_STACK = 0x20000;

  private Mman() {}
}
