package iosock.posix;

import java.util.Arrays;

/** Reads files of proc(5), whose size is not known before they are read. */
public final class ProcFile {

  private static final int CHUNK = 4096;

  private ProcFile() {}

  /**
   * @return the whole file
   */
  public static byte[] read(Libc libc, String path) {
    int fd =
        Failure.check(
            libc.open(NativeBuffer.string(path), Fcntl.O_RDONLY | Fcntl.O_CLOEXEC), "open", path);
    NativeBuffer chunk = new NativeBuffer(CHUNK);
    byte[] all = new byte[0];
    int read;
    while ((read = Failure.check((int) libc.read(fd, chunk, CHUNK), "read", path)) > 0) {
      int before = all.length;
      all = Arrays.copyOf(all, before + read);
      System.arraycopy(chunk.get(0, read), 0, all, before, read);
    }
    libc.close(fd);
    return all;
  }
}
