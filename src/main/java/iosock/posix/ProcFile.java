package iosock.posix;

import java.util.Arrays;

/** Reads files of proc(5), whose sizes are not known beforehand. */
public final class ProcFile {

  private static final int PIECE = 4096;

  private ProcFile() {}

  /**
   * @return the file's bytes, whole
   */
  public static byte[] read(Libc libc, String path) {
    int fd =
        Failure.check(
            libc.open(NativeBuffer.string(path), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC), "open", path);
    NativeBuffer piece = new NativeBuffer(PIECE);
    byte[] all = new byte[0];
    int read;
    while ((read = Failure.check((int) libc.read(fd, piece, PIECE), "read", path)) > 0) {
      int before = all.length;
      all = Arrays.copyOf(all, before + read);
      System.arraycopy(piece.get(0, read), 0, all, before, read);
    }
    libc.close(fd);
    return all;
  }
}
