package iosock.cli;

import java.nio.charset.StandardCharsets;

/** The key that detaches from a session: the byte that a terminal sends for it. */
public final class DetachKey {

  /** No key detaches. */
  public static final int NONE = -1;

  static final int DEFAULT = '\\' & 0x1f;

  private static final int DELETE = 0x7f;

  private DetachKey() {}

  /** Accepts {@code ^X}, a single character, or {@code none}. */
  static int parse(byte[] text) throws UsageError {
    if (text.length == 1) {
      return text[0] & 0xff;
    }
    if (text.length == 2 && text[0] == '^') {
      int letter = Character.toUpperCase(text[1]);
      if (letter == '?') {
        return DELETE;
      }
      if (letter >= '@' && letter <= '_') {
        return letter & 0x1f;
      }
    }
    if (new String(text, StandardCharsets.ISO_8859_1).equals("none")) {
      return NONE;
    }
    throw new UsageError("not a key", text);
  }

  /** The key as a message names it: {@code Ctrl-A}, {@code Delete} or the character. */
  public static String name(int key) {
    if (key == DELETE) {
      return "Delete";
    }
    return key < ' ' ? "Ctrl-".concat(Character.toString(key | 0x40)) : Character.toString(key);
  }
}
