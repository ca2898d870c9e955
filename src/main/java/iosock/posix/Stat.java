package iosock.posix;

/**
 * What fstatat(2) returns; the fields have other places on each processor.
 *
 * <pre>{@code
 * struct stat { dev_t st_dev; ino_t st_ino; …; mode_t st_mode; uid_t st_uid; …;    // sys/stat.h
 *               dev_t st_rdev; … };
 * }</pre>
 */
final class Stat {

  private static final boolean IS_AARCH64 = MachineCode.PROCESSOR.equals("aarch64");

  static final int SIZEOF = IS_AARCH64 ? 128 : 144;
  static final int OFFSETOF_st_dev = 0;
  static final int OFFSETOF_st_ino = 8;
  static final int OFFSETOF_st_mode = IS_AARCH64 ? 16 : 24;
  static final int OFFSETOF_st_uid = IS_AARCH64 ? 24 : 28;
  static final int OFFSETOF_st_rdev = IS_AARCH64 ? 32 : 40;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  int deviceMajor() {
    return major(device());
  }

  /** The major number of the device that a device file stands for. */
  int specialMajor() {
    return major(memory.getLong(OFFSETOF_st_rdev));
  }

  private long device() {
    return memory.getLong(OFFSETOF_st_dev);
  }

  /** gnu_dev_major(3). */
  private static int major(long device) {
    return (int) (device >>> 8 & 0xfff | device >>> 32 & 0xfffff000);
  }

  /** gnu_dev_minor(3). */
  int deviceMinor() {
    return (int) (device() & 0xff | device() >>> 12 & 0xffffff00);
  }

  long inode() {
    return memory.getLong(OFFSETOF_st_ino);
  }

  int mode() {
    return memory.getInt(OFFSETOF_st_mode);
  }

  int uid() {
    return memory.getInt(OFFSETOF_st_uid);
  }

  long address() {
    return memory.address();
  }
}
