package iosock.inherited;

import static iosock.posix.Failure.check;

import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.util.StringTokenizer;

/**
 * Environment variables that the VM or its launcher acts on, and that are meant for the command:
 * {@code JAVA_TOOL_OPTIONS}, {@code CLASSPATH} and others. {@code bin/iosock} puts a prefix before
 * their names, and lists them in a property.
 */
public final class HiddenVariables {

  /** The names, each with a colon before it; it is not set where there are none. */
  private static final String PROPERTY = "iosock.hidden-variables";

  private static final String PREFIX = "iosock_";

  private HiddenVariables() {}

  /** Gives the variables their names back, in the environment that the command inherits. */
  public static void restore(Libc libc) {
    StringTokenizer names = new StringTokenizer(System.getProperty(PROPERTY, ""), ":");
    while (names.hasMoreTokens()) {
      restore(libc, names.nextToken());
    }
  }

  /** The value is not copied, so its bytes stay what they are: the name is before it in memory. */
  private static void restore(Libc libc, String name) {
    NativeBuffer hidden = NativeBuffer.string(PREFIX.concat(name));
    long value = libc.getenv(hidden);
    libc.unsetenv(hidden);
    check(libc.putenv(value - "=".length() - name.length()), "set", name);
  }
}
