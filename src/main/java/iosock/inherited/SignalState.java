package iosock.inherited;

import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.nio.charset.StandardCharsets;

/**
 * The signals that were blocked and ignored when this process started, each as bit N-1 for signal
 * N; see proc(5).
 *
 * <p>The blocked ones are those of the process's first thread, on which the java launcher does
 * nothing but wait: the VM changes the masks of its own threads only.
 *
 * <p>The VM has put handlers in the place of SIGQUIT, SIGUSR2, SIGPIPE, SIGXFSZ and others that may
 * have been ignored. Only who started it can know: the launcher of the image tells.
 */
public record SignalState(long blocked, long ignored) {

  /** As proc(5) writes them, and read before the VM was started. */
  private static final String TOLD = "iosock.ignored-signals";

  /** Call it before a disposition is changed. */
  public static SignalState read(Libc libc) {
    byte[] status = ProcFile.read(libc, "/proc/self/status");
    String told = System.getProperty(TOLD);
    long ignored = field(status, "SigIgn:");
    if (told != null) {
      ignored |= Long.parseUnsignedLong(told, 16);
    }
    return new SignalState(field(status, "SigBlk:"), ignored);
  }

  static long field(byte[] status, String name) {
    String text = new String(status, StandardCharsets.ISO_8859_1);
    int start = text.indexOf(name) + name.length() + 1;
    return Long.parseUnsignedLong(text, start, start + 16, 16);
  }
}
