package iosock.process;

import static iosock.posix.Failure.check;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.Memory;

/** A pipe, both ends close-on-exec. Whoever uses an end closes it. */
public record Pipe(int readEnd, int writeEnd) {

  public static Pipe open(Libc libc) {
    Memory ends = new Memory(2 * Integer.BYTES);
    check(libc.pipe2(ends, Fcntl.O_CLOEXEC), "open", "a pipe");
    return new Pipe(ends.getInt(0), ends.getInt(Integer.BYTES));
  }
}
