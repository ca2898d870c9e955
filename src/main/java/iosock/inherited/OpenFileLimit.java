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
 * <p>What it was is kept nowhere. The parent's is the best witness, as limits are inherited; it is
 * believed only while its hard limit is ours, since whoever set a limit for this process alone most
 * often set both.
 */
public final class OpenFileLimit {

  /** How the VM is told to leave the limit alone. */
  private static final String KEEP = "-XX:-MaxFDLimit";

  /** Set where the option above is built into an image and so not on the command line. */
  private static final String KEPT = "iosock.open-file-limit-kept";

  /** How proc(5) begins the line of this limit. */
  private static final String LINE = "Max open files";

  private OpenFileLimit() {}

  /**
   * @return the command's limit: the present one where the VM has not raised it, or where what it
   *     was is not known
   */
  public static ResourceLimit ofCommand(Libc libc, Arguments arguments) {
    int parent = libc.getppid();
    ResourceLimit own = present(libc);
    // 0 is a parent in another PID namespace.
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

  /** The limit of this process as it is now. */
  public static ResourceLimit present(Libc libc) {
    ResourceLimit limit = new ResourceLimit();
    check(libc.getrlimit(ResourceLimit.RLIMIT_NOFILE, limit), "read", "the limit of open files");
    return limit;
  }

  private static void lower(ResourceLimit own, String parents) {
    int start = parents.indexOf(LINE) + LINE.length();
    int end = parents.indexOf('\n', start);
    StringTokenizer numbers = new StringTokenizer(parents.substring(start, end));
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
    if (System.getProperty(KEPT) != null) {
      return true;
    }
    for (byte[] option : options) {
      if (KEEP.equals(new String(option, StandardCharsets.ISO_8859_1))) {
        return true;
      }
    }
    return false;
  }
}
