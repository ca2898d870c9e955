package jmh;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.List;
import threaded.Wrapper;

/** The designs that are compared, each within this VM. */
public enum Design {
  IOSOCK {
    @Override
    Closeable wrap(Path socket, List<String> command) throws Exception {
      return new OneLoop(socket, command);
    }
  },
  THREADS {
    @Override
    Closeable wrap(Path socket, List<String> command) throws Exception {
      return new Wrapper(Thread.ofPlatform().daemon(), socket, command);
    }
  },
  VIRTUAL_THREADS {
    @Override
    Closeable wrap(Path socket, List<String> command) throws Exception {
      return new Wrapper(Thread.ofVirtual(), socket, command);
    }
  };

  /** Runs a command on a socket until the result is closed. */
  abstract Closeable wrap(Path socket, List<String> command) throws Exception;
}
