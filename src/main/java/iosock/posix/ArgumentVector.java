package iosock.posix;

import java.util.List;

/** What execvp(3) takes: the addresses of strings and a null; the strings are kept behind them. */
public final class ArgumentVector {

  private final NativeBuffer memory;
  private final int size;

  /**
   * @param arguments the command and its arguments, at least one
   */
  public ArgumentVector(List<byte[]> arguments) {
    size = arguments.size();
    int at = (size + 1) * Long.BYTES;
    int length = at;
    for (byte[] argument : arguments) {
      length += argument.length + 1;
    }
    memory = new NativeBuffer(length);
    for (int i = 0; i < size; i++) {
      byte[] argument = arguments.get(i);
      memory.put(at, argument);
      memory.putLong(i * Long.BYTES, memory.address() + at);
      at += argument.length + 1;
    }
  }

  /** How many arguments there are, the command included. */
  int size() {
    return size;
  }

  /** The address of the first string. */
  long first() {
    return memory.getLong(0);
  }

  long address() {
    return memory.address();
  }
}
