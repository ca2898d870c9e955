package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Sockets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bytes between a pipe and descriptors of several kinds, of which some refuse splice(2). */
class PumpTest {

  private static final int SIZE = 1 << 20;
  private static final int EISDIR = 21;

  /** fcntl.h. */
  private static final int O_APPEND = 02000;

  @TempDir Path directory;

  private final Libc libc = new Libc();
  private final Sequence sequence = new Sequence(libc, new NativeBuffer(1 << 16));
  private final Pipe pipe = Pipe.open(libc).nonBlocking(libc);
  private final PollSet poll = new PollSet(4);
  private Path file;

  @BeforeEach
  void createFile() throws IOException {
    file = Files.createFile(directory.resolve("file"));
  }

  @Test
  void aFileTakesWhatIsMoved() {
    assertFileTakes(Fcntl.O_WRONLY);
  }

  /** splice(2) refuses it: EINVAL. */
  @Test
  void aFileThatIsAppendedToTakesWhatIsCopied() {
    assertFileTakes(Fcntl.O_WRONLY | O_APPEND);
  }

  private void assertFileTakes(int flags) {
    int fd = open(file, flags);
    Pump pump =
        Pump.drain(
            new PipeReader(libc, pipe.readEnd()), new StandardOutput(libc, fd), new Shortage());
    long written = 0;
    while (written < SIZE) {
      written += sequence.write(pipe.writeEnd(), written, 30_000);
      turnUntilIdle(pump);
    }
    libc.close(pipe.writeEnd());
    turnUntilIdle(pump);
    assertTrue(pump.hasEnded());
    assertEquals(0, pump.errno());
    libc.close(fd);
    assertContent(open(file, Fcntl.O_RDONLY), written);
  }

  private void assertContent(int fd, long length) {
    long position = 0;
    long read;
    while ((read = sequence.read(fd, position, 1 << 16)) > 0) {
      position += read;
    }
    assertEquals(length, position);
    libc.close(fd);
  }

  @Test
  void aFileIsReadToItsEnd() {
    int fd = open(file, Fcntl.O_WRONLY);
    for (long written = 0; written < SIZE; ) {
      written += sequence.write(fd, written, 1 << 16);
    }
    libc.close(fd);
    Pump pump = fill(open(file, Fcntl.O_RDONLY));
    assertEquals(SIZE, readAll(pump));
    assertTrue(pump.hasEnded());
    assertEquals(0, pump.errno());
  }

  /** A socket that other processes share has no O_NONBLOCK, and is received from all the same. */
  @Test
  void aSocketIsReadWithoutWaiting() {
    NativeBuffer ends = new NativeBuffer(2 * Integer.BYTES);
    assertEquals(0, libc.socketpair(Sockets.AF_UNIX, Sockets.SOCK_STREAM, ends));
    Pump pump = fill(ends.getInt(0));
    pump.move(true);
    assertFalse(pump.hasEnded());
    sequence.write(ends.getInt(Integer.BYTES), 0, 100);
    assertEquals(100, readAll(pump));
    libc.close(ends.getInt(Integer.BYTES));
    turnUntilIdle(pump);
    assertTrue(pump.hasEnded());
  }

  @Test
  void anErrorEndsThePump() {
    Pump pump = fill(open(directory, Fcntl.O_RDONLY));
    pump.move(true);
    assertTrue(pump.hasEnded());
    assertEquals(EISDIR, pump.errno());
  }

  @Test
  void aPipeWithoutAReaderEndsThePump() {
    int fd = open(file, Fcntl.O_RDWR);
    sequence.write(fd, 0, 100);
    libc.close(pipe.readEnd());
    libc.close(fd);
    Pump pump = fill(open(file, Fcntl.O_RDONLY));
    pump.move(true);
    assertTrue(pump.hasEnded());
    assertEquals(Errno.EPIPE, pump.errno());
  }

  @Test
  void atTheLimitAPumpEnds() {
    int fd = open(file, Fcntl.O_WRONLY | O_APPEND);
    PipeReader from = new PipeReader(libc, pipe.readEnd());
    Pump pump = Pump.drain(from, new StandardOutput(libc, fd), new Shortage());
    sequence.write(pipe.writeEnd(), 0, 1000);
    pump.limit(300);
    turnUntilIdle(pump);
    assertTrue(pump.hasEnded());
    assertEquals(700, from.pending());
    libc.close(fd);
    assertContent(open(file, Fcntl.O_RDONLY), 300);
  }

  private Pump fill(int fd) {
    return Pump.fill(
        new StandardInput(libc, fd, false, StandardInput.NO_KEY),
        new PipeWriter(libc, pipe.writeEnd()),
        new Shortage());
  }

  /** Reads and compares what comes out of the pipe. */
  private long readAll(Pump pump) {
    long position = 0;
    long read;
    do {
      turnUntilIdle(pump);
      read = sequence.read(pipe.readEnd(), position, 1 << 16);
      position += Math.max(read, 0);
    } while (read > 0);
    return position;
  }

  private void turnUntilIdle(Pump pump) {
    for (int turns = 0; isReady(pump); turns++) {
      assertTrue(turns < 10_000, "the loop spins");
      pump.turn(false);
    }
  }

  private boolean isReady(Pump pump) {
    poll.clear();
    pump.arm(poll);
    return poll.poll(libc, 0) > 0;
  }

  private int open(Path path, int flags) {
    int fd = libc.open(NativeBuffer.string(Ascii.bytes(path.toString())), flags);
    assertTrue(fd >= 0, "open: " + fd);
    return fd;
  }
}
