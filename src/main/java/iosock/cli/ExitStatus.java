package iosock.cli;

/** The exit code of a program. */
final class ExitStatus {

  private static final int MAX = 255;

  private ExitStatus() {}

  /** Accepts a decimal number from 0 to 255. */
  static int parse(byte[] text) throws UsageError {
    int value = 0;
    for (byte digit : text) {
      if (digit < '0' || digit > '9' || value > MAX) {
        throw error(text);
      }
      value = 10 * value + digit - '0';
    }
    if (text.length == 0 || value > MAX) {
      throw error(text);
    }
    return value;
  }

  private static UsageError error(byte[] text) {
    return new UsageError("not an exit code from 0 to 255", text);
  }
}
