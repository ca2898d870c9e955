package iosock.posix;

/** asm/unistd.h: system calls that libc has no function for in all its versions. */
final class SystemCalls {

  static final int SYS_newfstatat = MachineCode.PROCESSOR.equals("aarch64") ? 79 : 262;

  private SystemCalls() {}
}
