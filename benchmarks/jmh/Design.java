package jmh;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;
import threaded.Wrapper;

/** The designs that are compared, each within this VM. */
public enum Design {
  IOSOCK {
    @Override
    Closeable wrap(Path socket, int limit, List<String> command) throws Exception {
      return new OneLoop(socket, limit, command);
    }
  },
  THREADS {
    @Override
    Closeable wrap(Path socket, int limit, List<String> command) throws Exception {
      return new Wrapper(Thread.ofPlatform().daemon(), limit, socket, command);
    }
  },
  VIRTUAL_THREADS {
    @Override
    Closeable wrap(Path socket, int limit, List<String> command) throws Exception {
      return new Wrapper(Thread.ofVirtual(), limit, socket, command);
    }
  };

  /**
   * Runs a command on a socket until the result is closed.
   *
   * @param limit how many clients there may be at once
   */
  abstract Closeable wrap(Path socket, int limit, List<String> command) throws Exception;
}
