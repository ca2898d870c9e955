package iosock.flow;

import static iosock.posix.Failure.check;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;

/** A pipe, both ends close-on-exec. The object that opens it closes both ends. */
public record Pipe(int readEnd, int writeEnd) {

  /**
   * How many bytes a large pipe should hold. With the default of 64 KiB a reader and a writer wait
   * for each other 16 times as often.
   */
  static final int LARGE = 1 << 20;

  /** {@code int pipefd[2]}: pipe(2). */
  static final int SIZEOF_ENDS = 2 * Integer.BYTES;

  /**
   * @throws iosock.posix.Failure if there are no descriptors left
   */
  public static Pipe open(Libc libc) {
    NativeBuffer ends = new NativeBuffer(SIZEOF_ENDS);
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC), "open", "a pipe");
    return ofEnds(ends);
  }

  /** What pipe2(2) wrote. */
  static Pipe ofEnds(NativeBuffer ends) {
    return new Pipe(ends.getInt(0), ends.getInt(Integer.BYTES));
  }

  /** For a pipe that no other process has: neither end waits from now on. */
  public Pipe nonBlocking(Libc libc) {
    libc.fcntl(readEnd, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    libc.fcntl(writeEnd, Fcntl.F_SETFL, Fcntl.O_NONBLOCK);
    return this;
  }

  /** Makes the pipe hold {@link #LARGE} bytes, if the system allows it: fcntl(2). */
  public Pipe large(Libc libc) {
    // EPERM for a user with many pipes: then the pipe keeps its size.
    libc.fcntl(writeEnd, Fcntl.F_SETPIPE_SZ, LARGE);
    return this;
  }
}
