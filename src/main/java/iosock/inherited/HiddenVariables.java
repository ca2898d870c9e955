package iosock.inherited;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.nio.charset.StandardCharsets;
import java.util.StringTokenizer;

/**
 * Environment variables that the VM or its launcher acts on, and that are meant for the command:
 * {@code JAVA_TOOL_OPTIONS}, {@code CLASSPATH} and others. {@code bin/iosock} replaces the first
 * letter of their names, and lists the names in a property.
 */
public final class HiddenVariables {

  /** The names, each with a colon before it; it is not set where there are none. */
  private static final String PROPERTY = "iosock.hidden-variables";

  private static final String HIDDEN_LETTER = "i";

  /** The name of one that is for the VM alone, and at the end of the environment. */
  private static final String ADDED_PROPERTY = "iosock.added-variable";

  private HiddenVariables() {}

  /** Gives the variables their names back, in the environment that the command inherits. */
  public static void restore(Libc libc) {
    String added = System.getProperty(ADDED_PROPERTY);
    if (added != null) {
      libc.unsetenv(NativeBuffer.string(added));
    }
    StringTokenizer names = new StringTokenizer(System.getProperty(PROPERTY, ""), ":");
    while (names.hasMoreTokens()) {
      restore(libc, names.nextToken());
    }
  }

  /**
   * Nothing is copied or moved, so the order stays, and each byte of the values. The environment
   * may have the same name several times.
   */
  private static void restore(Libc libc, String name) {
    NativeBuffer hidden = NativeBuffer.string(HIDDEN_LETTER.concat(name.substring(1)));
    byte[] shown = name.getBytes(StandardCharsets.US_ASCII);
    for (long value = libc.getenv(hidden); value != 0; value = libc.getenv(hidden)) {
      libc.overwrite(value - "=".length() - name.length(), shown);
    }
  }
}
