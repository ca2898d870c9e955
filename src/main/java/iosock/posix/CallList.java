package iosock.posix;

import java.lang.foreign.MemorySegment;

/**
 * Calls of libc, written down beforehand so that they can be made without a decision or an
 * allocation on the way: the whole life of a forked child before it becomes another program.
 */
public final class CallList {

  private static final int ARGUMENTS = 3;

  private final Libc libc;
  private final MemorySegment[] functions;
  private final long[] arguments;
  private int size;

  public CallList(Libc libc, int capacity) {
    this.libc = libc;
    functions = new MemorySegment[capacity];
    arguments = new long[capacity * ARGUMENTS];
  }

  public CallList dup2(int fd, int newFd) {
    return add(Libc.DUP2, fd, newFd, 0);
  }

  public CallList setrlimit(int resource, ResourceLimit limit) {
    return add(Libc.SETRLIMIT, resource, limit.address(), 0);
  }

  public CallList sigaction(int signal, Sigaction action) {
    return add(Libc.SIGACTION, signal, action.address(), 0);
  }

  public CallList execvp(Memory file, Memory argv) {
    return add(Libc.EXECVP, file.address(), argv.address(), 0);
  }

  /** Writes the errno of the call before it, an int, to {@code fd}. */
  public CallList writeErrno(int fd) {
    return add(Libc.WRITE, fd, libc.errnoAddress(), Integer.BYTES);
  }

  public CallList _exit(int status) {
    return add(Libc._EXIT, status, 0, 0);
  }

  private CallList add(MemorySegment function, long a, long b, long c) {
    functions[size] = function;
    arguments[size * ARGUMENTS] = a;
    arguments[size * ARGUMENTS + 1] = b;
    arguments[size * ARGUMENTS + 2] = c;
    size++;
    return this;
  }

  /** Makes the calls up to and including the first that returns -1. */
  void performUntilFailure() {
    for (int i = 0; i < size; i++) {
      if (perform(i) == -1) {
        return;
      }
    }
  }

  /** Makes all of the calls, come what may. */
  void performAll() {
    for (int i = 0; i < size; i++) {
      perform(i);
    }
  }

  private int perform(int i) {
    int at = i * ARGUMENTS;
    return (int)
        libc.call(functions[i], arguments[at], arguments[at + 1], arguments[at + 2], 0, 0, 0);
  }
}
