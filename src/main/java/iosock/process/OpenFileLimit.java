package iosock.process;

import iosock.posix.Libc;
import iosock.posix.ResourceLimit;
import java.nio.charset.StandardCharsets;
import java.util.List;

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

  private OpenFileLimit() {}

  /** Lowers this process's limit to what the command would have had without the VM. */
  public static void restore(Libc libc, Arguments arguments) {
    int parent = libc.getppid();
    // 0 is a parent in another PID namespace, and would be this process in prlimit(2).
    if (parent == 0 || isKept(arguments.virtualMachines())) {
      return;
    }
    ResourceLimit own = new ResourceLimit();
    ResourceLimit parents = new ResourceLimit();
    if (libc.prlimit(0, ResourceLimit.RLIMIT_NOFILE, null, own) == 0
        && libc.prlimit(parent, ResourceLimit.RLIMIT_NOFILE, null, parents) == 0
        && own.soft() == own.hard()
        && own.hard() == parents.hard()) {
      libc.prlimit(0, ResourceLimit.RLIMIT_NOFILE, parents, null);
    }
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
