package iosock.posix;

/**
 * What statx(2) returns. Unlike {@code struct stat} it is the same on every processor.
 *
 * <pre>{@code
 * struct statx { …; __u16 stx_mode; …; __u64 stx_ino; …; __u32 stx_rdev_major; …; __u32 stx_dev_major, stx_dev_minor; … };
 * }</pre>
 */
public final class FileStatus {

  /** sys/stat.h. */
  public static final int S_IFMT = 0170000;

  public static final int S_IFSOCK = 0140000;
  public static final int S_IFIFO = 0010000;
  public static final int S_IFCHR = 0020000;

  /** linux/stat.h. */
  static final int STATX_BASIC_STATS = 0x7ff;

  static final int SIZEOF = 256;
  static final int OFFSETOF_stx_mode = 28;
  static final int OFFSETOF_stx_ino = 32;
  static final int OFFSETOF_stx_rdev_major = 128;
  static final int OFFSETOF_stx_dev_major = 136;
  static final int OFFSETOF_stx_dev_minor = 140;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /** One of the S_IF constants. */
  public int type() {
    return memory.getShort(OFFSETOF_stx_mode) & S_IFMT;
  }

  /** The major number of the device that a device file stands for. */
  public int deviceMajor() {
    return memory.getInt(OFFSETOF_stx_rdev_major);
  }

  /** Whether both are of the same file. */
  public boolean isSameFile(FileStatus other) {
    return memory.getLong(OFFSETOF_stx_ino) == other.memory.getLong(OFFSETOF_stx_ino)
        && memory.getInt(OFFSETOF_stx_dev_major) == other.memory.getInt(OFFSETOF_stx_dev_major)
        && memory.getInt(OFFSETOF_stx_dev_minor) == other.memory.getInt(OFFSETOF_stx_dev_minor);
  }

  long address() {
    return memory.address();
  }
}
