package iosock.posix;

import java.util.List;

/**
 * posix_spawn(3), which iosock does not use: it cannot ignore a signal in the child, or set a
 * limit.
 */
public final class PosixSpawn {

  private static final long POSIX_SPAWN = Link.function("posix_spawn");

  private final NativeBuffer pid = new NativeBuffer(Integer.BYTES);
  private final ArgumentVector argv;

  /**
   * @param argv a path and arguments
   */
  public PosixSpawn(List<byte[]> argv) {
    this.argv = new ArgumentVector(argv);
  }

  /**
   * @return the child's number
   */
  public int spawn() {
    long errno = Link.call(POSIX_SPAWN, pid.address(), argv.first(), 0, 0, argv.address(), 0);
    return Failure.check(errno == 0 ? pid.getInt(0) : (int) -errno, "start", "a process");
  }
}
