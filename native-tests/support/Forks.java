package support;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Starts processes, and closes what iosock must see closed at once. A process that is being started
 * has a copy of every open descriptor until it executes its program, so that a socket which one
 * test closes could stay open in a process that another test starts. Nothing is closed here
 * meanwhile.
 */
public final class Forks {

  private static final ReadWriteLock LOCK = new ReentrantReadWriteLock();

  private Forks() {}

  /** Returns once the program is executed. */
  public static Process start(ProcessBuilder builder) throws IOException {
    LOCK.readLock().lock();
    try {
      return builder.start();
    } finally {
      LOCK.readLock().unlock();
    }
  }

  /** Once this returns, no other process has a copy of the descriptor. */
  public static void close(Closeable descriptor) throws IOException {
    LOCK.writeLock().lock();
    try {
      descriptor.close();
    } finally {
      LOCK.writeLock().unlock();
    }
  }
}
