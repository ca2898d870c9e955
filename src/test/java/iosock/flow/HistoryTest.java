package iosock.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is kept of the output, and where a replay of it begins. */
class HistoryTest {

  private static final int BUFFER_SIZE = 1 << 16;
  private static final int MAX_REPLAYS = 4;

  private final Libc libc = new Libc();
  private final NativeBuffer buffer = new NativeBuffer(BUFFER_SIZE);
  private final Pipe pipe = Pipe.open(libc).nonBlocking(libc);
  private final PipeReader source = new PipeReader(libc, pipe.readEnd());
  private final int devNull = libc.open(NativeBuffer.string("/dev/null"), Fcntl.O_WRONLY);
  private final StringBuilder written = new StringBuilder();

  @AfterEach
  void close() {
    libc.close(pipe.readEnd());
    libc.close(pipe.writeEnd());
    libc.close(devNull);
  }

  @ParameterizedTest
  @CsvSource({
    // Nothing is missing: all of it, from the middle of a line where it begins with one.
    "16, abc, abc",
    "3, abc, abc",
    // Exactly as many bytes as there is space for, where there is no line.
    "10, 0123456789abc, 3456789abc",
    // The byte before them is a newline: they begin with a line.
    "5, aa/bb/c, bb/c",
    "6, aa/bb/cc/, bb/cc/",
    // They begin in the middle of a line: from the next line on.
    "5, aa/bb/cc/, cc/",
    "7, aa/bb/cc/, bb/cc/",
    // The only newline is at the end.
    "3, abcd/, ''"
  })
  void aReplayBeginsWithALineWhereOlderOutputIsMissing(int size, String text, String expected) {
    History whole = new History(size, MAX_REPLAYS);
    take(whole, text.replace('/', '\n'));
    assertEquals(expected, replay(whole).replace('\n', '/'));
    History single = new History(size, MAX_REPLAYS);
    for (char c : text.replace('/', '\n').toCharArray()) {
      take(single, Character.toString(c));
    }
    assertEquals(expected, replay(single).replace('\n', '/'));
  }

  @Test
  void whateverTheSizeTheLastBytesAreReplayed() {
    long seed = Long.getLong("seed", System.nanoTime());
    for (int i = 0; i < 2_000; i++) {
      Random random = new Random(seed + i);
      int size = 1 + random.nextInt(40);
      History history = new History(size, MAX_REPLAYS);
      written.setLength(0);
      for (int pieces = random.nextInt(12); pieces >= 0; pieces--) {
        StringBuilder piece = new StringBuilder();
        for (int length = random.nextInt(3 * size); length >= 0; length--) {
          piece.append(random.nextInt(8) == 0 ? '\n' : (char) ('a' + random.nextInt(26)));
        }
        written.append(piece);
        take(history, piece.toString());
      }
      assertEquals(expected(size), replay(history), "with -Dseed=" + (seed + i));
    }
  }

  private String expected(int size) {
    int start = Math.max(written.length() - size, 0);
    String last = written.substring(start);
    boolean isLine = start == 0 || written.charAt(start - 1) == '\n';
    return isLine ? last : last.substring(last.indexOf('\n') + 1);
  }

  @Test
  void aReplayThatIsWaitedForIsNotOverwritten() {
    History history = new History(10, MAX_REPLAYS);
    take(history, "0123456789");
    Replay replay = new Replay(history);
    replay.begin(Overflow.WAIT);
    assertEquals(0, history.room());
    assertEquals("012", write(replay, 3));
    assertEquals(3, history.room());
    take(history, "abc");
    assertEquals(0, history.room());
    assertEquals("3456789", write(replay, 100));
    assertFalse(replay.isPending());
    assertEquals(Long.MAX_VALUE, history.room());
    assertEquals("3456789abc", replay(history));
  }

  @Test
  void aReplayThatIsNotWaitedForEndsWhereItIsOverwritten() {
    History history = new History(10, MAX_REPLAYS);
    take(history, "0123456789");
    Replay slow = new Replay(history);
    slow.begin(Overflow.CLOSE);
    Replay faster = new Replay(history);
    faster.begin(Overflow.CLOSE);
    assertEquals(Long.MAX_VALUE, history.room());
    assertEquals("01", write(faster, 2));
    take(history, "ab");
    assertTrue(slow.isOverwritten());
    assertFalse(slow.isPending());
    assertFalse(faster.isOverwritten());
    assertEquals("23456789", write(faster, 100));
    slow.begin(Overflow.CLOSE);
    assertFalse(slow.isOverwritten());
    assertTrue(slow.isPending());
  }

  @Test
  void aReplayThatIsCancelledHoldsNothingBack() {
    History history = new History(10, MAX_REPLAYS);
    take(history, "0123456789");
    Replay replay = new Replay(history);
    replay.begin(Overflow.WAIT);
    replay.cancel();
    assertFalse(replay.isPending());
    assertEquals(Long.MAX_VALUE, history.room());
  }

  /** At most what a pipe holds. */
  private void take(History history, String text) {
    buffer.put(0, text.getBytes(StandardCharsets.ISO_8859_1));
    assertEquals(text.length(), libc.write(pipe.writeEnd(), buffer, 0, text.length()));
    for (long left = text.length(); left > 0; ) {
      long taken = history.take(source, left, devNull);
      assertTrue(taken > 0 && taken <= left, "taken: " + taken);
      left -= taken;
    }
  }

  private String replay(History history) {
    Replay replay = new Replay(history);
    replay.begin(Overflow.WAIT);
    return write(replay, Integer.MAX_VALUE);
  }

  /** What is written to a sink that takes at most {@code max} bytes, a few at a time. */
  private static String write(Replay replay, int max) {
    StringBuilder text = new StringBuilder();
    while (replay.isPending() && text.length() < max) {
      int most = Math.min(max - text.length(), 7);
      replay.write(
          (bytes, offset, length) -> {
            int taken = Math.min(length, most);
            text.append(new String(bytes.get(offset, taken), StandardCharsets.ISO_8859_1));
            return taken;
          });
    }
    return text.toString();
  }
}
