package iosock.cli;

/** How many clients there may be at once. */
final class ClientCount {

  static final int DEFAULT = 1;

  private static final int MAX = 64;

  private ClientCount() {}

  /** Accepts a decimal number from 1 to 64. */
  static int parse(byte[] text) throws UsageError {
    int value = 0;
    for (byte digit : text) {
      if (digit < '0' || digit > '9' || value > MAX) {
        throw new UsageError("not a number of clients from 1 to 64", text);
      }
      value = 10 * value + digit - '0';
    }
    if (value == 0 || value > MAX) {
      throw new UsageError("not a number of clients from 1 to 64", text);
    }
    return value;
  }
}
