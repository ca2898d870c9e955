package iosock.posix;

import java.nio.charset.StandardCharsets;

/** ASCII text as bytes, whatever the locale. */
public final class Ascii {

  private Ascii() {}

  public static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
