package iosock.posix;

/**
 * The settings of a terminal.
 *
 * <pre>{@code
 * struct termios { tcflag_t c_iflag, c_oflag, c_cflag, c_lflag; cc_t c_line, c_cc[32]; … };    // termios.h
 * }</pre>
 */
public final class Termios {

  /** In {@code c_iflag}: input is UTF-8, and whole characters are erased. */
  static final int IUTF8 = 040000;

  /** In {@code c_lflag}: input is read in lines, which can be edited. */
  static final int ICANON = 02;

  static final int VEOF = 4;
  static final int VTIME = 5;
  static final int VMIN = 6;

  /** In {@code c_oflag}: output is changed, as newlines are. */
  static final int OPOST = 01;

  public static final int TCSANOW = 0;

  /** For tcflow(3). */
  public static final int TCOOFF = 0;

  public static final int TCOON = 1;

  static final int SIZEOF = 60;
  static final int OFFSETOF_c_iflag = 0;
  static final int OFFSETOF_c_oflag = 4;
  static final int OFFSETOF_c_lflag = 12;
  static final int OFFSETOF_c_cc = 17;

  /** How many there are in {@code c_cc}. */
  static final int NCCS = 32;

  private final NativeBuffer memory = new NativeBuffer(SIZEOF);

  /** Whether input is read in lines. */
  public boolean isCanonical() {
    return (memory.getInt(OFFSETOF_c_lflag) & ICANON) != 0;
  }

  /** Whether output is changed on its way to the terminal. */
  public boolean isOutputProcessed() {
    return (memory.getInt(OFFSETOF_c_oflag) & OPOST) != 0;
  }

  /** VEOF, the character that ends the input; 0 if there is none. */
  public byte endOfFile() {
    return memory.getByte(OFFSETOF_c_cc + VEOF);
  }

  /** Sets IUTF8. */
  public void setUtf8() {
    memory.putInt(OFFSETOF_c_iflag, memory.getInt(OFFSETOF_c_iflag) | IUTF8);
  }

  /** Copies the control characters of {@code other}, and IUTF8. */
  public void takeCharacters(Termios other) {
    byte[] characters = other.memory.get(OFFSETOF_c_cc, NCCS);
    // These two are numbers, not characters.
    characters[VMIN] = memory.getByte(OFFSETOF_c_cc + VMIN);
    characters[VTIME] = memory.getByte(OFFSETOF_c_cc + VTIME);
    memory.put(OFFSETOF_c_cc, characters);
    int flags = memory.getInt(OFFSETOF_c_iflag) & ~IUTF8;
    memory.putInt(OFFSETOF_c_iflag, flags | other.memory.getInt(OFFSETOF_c_iflag) & IUTF8);
  }

  long address() {
    return memory.address();
  }
}
