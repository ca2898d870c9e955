package iosock.posix;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Reads files of proc(5), whose size is not known before they are read. */
public final class ProcFile {

  /** The state of this process. */
  public static final String STATUS = "/proc/self/status";

  private static final int CHUNK = 4096;

  private ProcFile() {}

  /**
   * @return the whole file
   * @throws Failure if it cannot be opened or read
   */
  public static byte[] read(Libc libc, String path) {
    int fd = Failure.check(open(libc, NativeBuffer.string(path)), "open", path);
    NativeBuffer chunk = new NativeBuffer(CHUNK);
    byte[] all = new byte[0];
    int read;
    while ((read = Failure.check(read(libc, fd, chunk), "read", path)) > 0) {
      int before = all.length;
      all = Arrays.copyOf(all, before + read);
      System.arraycopy(chunk.get(0, read), 0, all, before, read);
    }
    libc.close(fd);
    return all;
  }

  private static int open(Libc libc, NativeBuffer path) {
    int fd;
    do {
      fd = libc.open(path, Fcntl.O_RDONLY | Fcntl.O_CLOEXEC);
    } while (fd == -Errno.EINTR);
    return fd;
  }

  private static int read(Libc libc, int fd, NativeBuffer chunk) {
    int read;
    do {
      read = (int) libc.read(fd, chunk, CHUNK);
    } while (read == -Errno.EINTR);
    return read;
  }

  /**
   * A field of /proc/self/status.
   *
   * @param status the file
   * @return the text after the field's name and its tab
   * @throws Failure if there is no such field, as where another kernel is emulated
   */
  public static String statusField(byte[] status, String name) {
    String text = "\n".concat(new String(status, StandardCharsets.ISO_8859_1));
    String start = "\n".concat(name).concat(":\t");
    int at = text.indexOf(start);
    if (at < 0) {
      throw new Failure("find ".concat(name).concat(" in"), STATUS, Errno.ENODATA);
    }
    return text.substring(at + start.length(), text.indexOf('\n', at + 1));
  }
}
