package iosock.posix;

import java.util.List;

/**
 * posix_spawn(3), which iosock does not use: it cannot ignore a signal in the child, nor limit it.
 */
public final class PosixSpawn {

  private static final long POSIX_SPAWN = Link.function("posix_spawn");

  private final NativeBuffer pid = new NativeBuffer(Integer.BYTES);
  private final NativeBuffer file;
  private final NativeBuffer vector;

  /**
   * @param argv a path and arguments
   */
  public PosixSpawn(List<String> argv) {
    file = NativeBuffer.string(argv.getFirst());
    vector = new NativeBuffer((argv.size() + 1) * Long.BYTES);
    for (int i = 0; i < argv.size(); i++) {
      vector.putLong(i * Long.BYTES, NativeBuffer.string(argv.get(i)).address());
    }
  }

  /**
   * @return the child's number
   */
  public int spawn() {
    long errno = Link.call(POSIX_SPAWN, pid.address(), file.address(), 0, 0, vector.address(), 0);
    return Failure.check(errno == 0 ? pid.getInt(0) : (int) -errno, "start", "a process");
  }
}
