package iosock.posix;

/**
 * What statx(2) returns. Unlike {@code struct stat} it is the same on every processor.
 *
 * <pre>{@code
 * struct statx { …; __u32 stx_uid; …; __u16 stx_mode; …; __u64 stx_ino; …; __u32 stx_rdev_major; …;
 *                __u32 stx_dev_major, stx_dev_minor; … };
 * }</pre>
 */
public final class FileStatus {

  /** sys/stat.h. */
  public static final int S_IFMT = 0170000;

  public static final int S_ISVTX = 01000;
  public static final int S_IWUSR = 0200;
  public static final int S_IFSOCK = 0140000;
  public static final int S_IFIFO = 0010000;
  public static final int S_IFCHR = 0020000;

  /** linux/stat.h. */
  static final int STATX_BASIC_STATS = 0x7ff;

  static final int SIZEOF = 256;
  static final int OFFSETOF_stx_uid = 20;
  static final int OFFSETOF_stx_mode = 28;
  static final int OFFSETOF_stx_ino = 32;
  static final int OFFSETOF_stx_rdev_major = 128;
  static final int OFFSETOF_stx_dev_major = 136;
  static final int OFFSETOF_stx_dev_minor = 140;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /** Made only where statx(2) is refused. */
  private Stat stat;

  /** One of the S_IF constants. */
  public int type() {
    return memory.getShort(OFFSETOF_stx_mode) & S_IFMT;
  }

  /** The major number of the device that a device file stands for. */
  public int deviceMajor() {
    return memory.getInt(OFFSETOF_stx_rdev_major);
  }

  /** The permission bits, and S_ISVTX among others. */
  public int mode() {
    return memory.getShort(OFFSETOF_stx_mode) & ~S_IFMT & 0xffff;
  }

  /** The owner, as an unsigned int. */
  public int uid() {
    return memory.getInt(OFFSETOF_stx_uid);
  }

  public long inode() {
    return memory.getLong(OFFSETOF_stx_ino);
  }

  /** Whether both are of the same file. */
  public boolean isSameFile(FileStatus other) {
    return memory.getLong(OFFSETOF_stx_ino) == other.memory.getLong(OFFSETOF_stx_ino)
        && memory.getInt(OFFSETOF_stx_dev_major) == other.memory.getInt(OFFSETOF_stx_dev_major)
        && memory.getInt(OFFSETOF_stx_dev_minor) == other.memory.getInt(OFFSETOF_stx_dev_minor);
  }

  /** What fstatat(2) is to write, for {@link #takeStat}. */
  Stat stat() {
    if (stat == null) {
      stat = new Stat();
    }
    return stat;
  }

  void takeStat() {
    memory.putShort(OFFSETOF_stx_mode, stat.mode());
    memory.putInt(OFFSETOF_stx_uid, stat.uid());
    memory.putLong(OFFSETOF_stx_ino, stat.inode());
    memory.putInt(OFFSETOF_stx_rdev_major, stat.specialMajor());
    memory.putInt(OFFSETOF_stx_dev_major, stat.deviceMajor());
    memory.putInt(OFFSETOF_stx_dev_minor, stat.deviceMinor());
  }

  long address() {
    return memory.address();
  }
}
