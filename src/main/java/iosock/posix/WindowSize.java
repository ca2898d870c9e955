package iosock.posix;

/**
 * The size of a terminal, in characters.
 *
 * <pre>{@code
 * struct winsize { unsigned short ws_row, ws_col, ws_xpixel, ws_ypixel; };    // sys/ioctl.h
 * }</pre>
 */
public final class WindowSize {

  public static final int SIZEOF = 8;
  static final int OFFSETOF_ws_row = 0;
  static final int OFFSETOF_ws_col = 2;

  /** Larger than any screen, and small enough for programs that allocate a screen of it. */
  private static final int LARGEST = 4096;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  public void set(int rows, int columns) {
    memory.putLong(0, 0);
    memory.putShort(OFFSETOF_ws_row, rows);
    memory.putShort(OFFSETOF_ws_col, columns);
  }

  public int rows() {
    return memory.getShort(OFFSETOF_ws_row) & 0xffff;
  }

  public int columns() {
    return memory.getShort(OFFSETOF_ws_col) & 0xffff;
  }

  /** Whether a terminal may have it. A terminal whose size was never set has 0 by 0. */
  public boolean isReasonable() {
    return rows() > 0 && columns() > 0 && rows() <= LARGEST && columns() <= LARGEST;
  }

  public boolean isEqualTo(WindowSize other) {
    return rows() == other.rows() && columns() == other.columns();
  }

  /** For reading it from a descriptor, and writing it to one. */
  public NativeBuffer memory() {
    return memory;
  }

  long address() {
    return memory.address();
  }
}
