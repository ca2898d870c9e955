package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.nio.charset.StandardCharsets;

/** Writes and reads text on descriptors that are non-blocking. */
final class Texts {

  /** Stands for end of file in what was read. */
  static final String END = "(end)";

  private static final int SIZE = 1 << 17;

  private final Libc libc;
  private final NativeBuffer buffer = new NativeBuffer(SIZE);

  Texts(Libc libc) {
    this.libc = libc;
  }

  void write(int fd, String text) {
    assertEquals(text.length(), tryWrite(fd, text));
  }

  /**
   * @return how many bytes were written, or a negative errno
   */
  long tryWrite(int fd, String text) {
    buffer.put(0, text.getBytes(StandardCharsets.ISO_8859_1));
    return libc.write(fd, buffer, 0, text.length());
  }

  /** What one read gives: nothing if there is nothing now. */
  String readOnce(int fd) {
    long read = libc.read(fd, buffer, SIZE);
    if (read == -Errno.EAGAIN) {
      return "";
    }
    assertTrue(read >= 0, "read: " + read);
    return read == 0 ? END : new String(buffer.get(0, (int) read), StandardCharsets.ISO_8859_1);
  }

  /** What there is at this moment, and then the end if it is there. */
  String read(int fd) {
    StringBuilder all = new StringBuilder();
    String some;
    while (!(some = readOnce(fd)).isEmpty()) {
      all.append(some);
      if (some.equals(END)) {
        break;
      }
    }
    return all.toString();
  }

  /** Lines that are numbered, so that each is found once. */
  static String lines(int number) {
    return ("line " + number + "\n").repeat(500);
  }

  /** Without a megabyte in the message. */
  static void assertSame(String expected, String actual) {
    assertEquals(expected.length(), actual.length());
    assertTrue(expected.equals(actual), "the same length, and other bytes");
  }
}
