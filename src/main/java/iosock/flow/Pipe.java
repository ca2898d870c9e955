package iosock.flow;

import static iosock.posix.Failure.check;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/** A pipe, both ends close-on-exec. Whoever uses an end closes it. */
public record Pipe(int readEnd, int writeEnd) {

  /**
   * How many bytes a large pipe should hold. With the default of 64 KiB a reader and a writer wait
   * for each other 16 times as often.
   */
  private static final int CAPACITY = 1 << 20;

  public static Pipe open(Libc libc) {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC), "open", "a pipe");
    return new Pipe(ends.getInt(0), ends.getInt(Integer.BYTES));
  }

  /** For a pipe that nobody else has: neither end waits from now on. */
  public Pipe nonBlocking(Libc libc) {
    libc.fcntl(readEnd, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    libc.fcntl(writeEnd, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    return this;
  }

  /** As large as may be, where bytes in bulk go through it. */
  public Pipe large(Libc libc) {
    // Refused (EPERM) to users who hold many pipes: then what there is must do.
    libc.fcntl(writeEnd, Fcntl.F_SETPIPE_SZ, CAPACITY);
    return this;
  }
}
