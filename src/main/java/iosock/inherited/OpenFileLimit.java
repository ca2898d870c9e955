package iosock.inherited;

import static iosock.posix.Failure.check;

import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ProcFile;
import iosock.posix.ResourceLimit;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.StringTokenizer;

/**
 * The soft limit of open files, which the VM raises to the hard one before {@code main} runs.
 *
 * <p>The VM does not keep the previous limit. The parent's limit is taken for it, as limits are
 * inherited, but only if its hard limit is that of this process: a limit that was set for this
 * process alone usually sets both.
 */
public final class OpenFileLimit {

  /** The VM's option to leave the limit alone. */
  private static final String KEEP_OPTION = "-XX:-MaxFDLimit";

  /** Set where that option is built into an image, and so is not on the command line. */
  private static final String KEPT_PROPERTY = "iosock.open-file-limit-kept";

  /** The beginning of this limit's line in proc(5). */
  private static final String LINE = "Max open files";

  private OpenFileLimit() {}

  /**
   * @return the limit for the command: the current one if the VM has not raised it, or if the
   *     previous one is not known
   */
  public static ResourceLimit ofCommand(Libc libc, Arguments arguments) {
    int parent = libc.getppid();
    ResourceLimit own = current(libc);
    // 0: the parent is in another PID namespace.
    if (parent == 0 || isKept(arguments.vmArguments())) {
      return own;
    }
    byte[] limits;
    try {
      limits = ProcFile.read(libc, "/proc/".concat(Integer.toString(parent)).concat("/limits"));
    } catch (Failure unreadable) {
      return own;
    }
    lower(own, new String(limits, StandardCharsets.ISO_8859_1));
    return own;
  }

  /** The current limit of this process. */
  public static ResourceLimit current(Libc libc) {
    ResourceLimit limit = new ResourceLimit();
    check(libc.getrlimit(ResourceLimit.RLIMIT_NOFILE, limit), "read", "the limit of open files");
    return limit;
  }

  static void lower(ResourceLimit own, String parents) {
    int line = parents.indexOf(LINE);
    if (line < 0) {
      // The parent has ended meanwhile.
      return;
    }
    StringTokenizer numbers = new StringTokenizer(parents.substring(line + LINE.length()));
    long soft = number(numbers.nextToken());
    long hard = number(numbers.nextToken());
    if (own.soft() == own.hard() && own.hard() == hard) {
      own.soft(soft);
    }
  }

  private static long number(String text) {
    return text.equals("unlimited") ? -1 : Long.parseLong(text);
  }

  private static boolean isKept(List<byte[]> options) {
    if (System.getProperty(KEPT_PROPERTY) != null) {
      return true;
    }
    for (byte[] option : options) {
      if (KEEP_OPTION.equals(new String(option, StandardCharsets.ISO_8859_1))) {
        return true;
      }
    }
    return false;
  }
}
