package iosock.inherited;

import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.nio.charset.StandardCharsets;

/**
 * The signals that were blocked and ignored when this process started, each as bit N-1 for signal
 * N; see proc(5).
 *
 * <p>The blocked signals are those of the process's first thread, in which the java launcher only
 * waits. The VM changes the masks of its own threads.
 *
 * <p>The VM installs handlers for SIGQUIT, SIGUSR2, SIGPIPE, SIGXFSZ and others, even if they were
 * ignored. So the launcher of the image looks before it starts the VM, and sets a property.
 */
public record SignalState(long blocked, long ignored) {

  /** The ignored signals before the VM was started, in the format of proc(5). */
  private static final String IGNORED_PROPERTY = "iosock.ignored-signals";

  /** Must be called before a disposition is changed. */
  public static SignalState read(Libc libc) {
    byte[] status = ProcFile.read(libc, "/proc/self/status");
    String beforeVm = System.getProperty(IGNORED_PROPERTY);
    long ignored = field(status, "SigIgn:");
    if (beforeVm != null) {
      ignored |= Long.parseUnsignedLong(beforeVm, 16);
    }
    return new SignalState(field(status, "SigBlk:"), ignored);
  }

  static long field(byte[] status, String name) {
    String text = new String(status, StandardCharsets.ISO_8859_1);
    int start = text.indexOf(name) + name.length() + 1;
    return Long.parseUnsignedLong(text, start, start + 16, 16);
  }
}
