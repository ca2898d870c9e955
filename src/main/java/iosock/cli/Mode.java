package iosock.cli;

/** The permission bits of a socket. */
final class Mode {

  /** Only the owner may connect. */
  static final int DEFAULT = 0600;

  private static final int ALL_PERMISSIONS = 0777;

  private Mode() {}

  /** Accepts an octal number. */
  static int parse(byte[] text) throws UsageError {
    int value = 0;
    for (byte digit : text) {
      if (digit < '0' || digit > '7' || value > ALL_PERMISSIONS) {
        throw new UsageError("not an octal mode", text);
      }
      value = 8 * value + digit - '0';
    }
    if (text.length == 0 || value > ALL_PERMISSIONS) {
      throw new UsageError("not an octal mode", text);
    }
    return value;
  }
}
