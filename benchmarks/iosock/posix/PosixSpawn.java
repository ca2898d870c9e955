package iosock.posix;

import java.util.List;

/**
 * posix_spawn(3), which iosock does not use: it cannot ignore a signal in the child, nor limit it.
 */
public final class PosixSpawn {

  private static final long POSIX_SPAWN = Link.function("posix_spawn");

  private final Memory pid = new Memory(Integer.BYTES);
  private final Memory file;
  private final Memory vector;

  /**
   * @param argv a path and arguments
   */
  public PosixSpawn(List<String> argv) {
    file = Memory.string(argv.getFirst());
    vector = new Memory((argv.size() + 1) * Long.BYTES);
    for (int i = 0; i < argv.size(); i++) {
      vector.putLong(i * Long.BYTES, Memory.string(argv.get(i)).address());
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
