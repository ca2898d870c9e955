package iosock.inherited;

import iosock.posix.Libc;
import iosock.posix.ProcFile;
import iosock.posix.SignalSet;
import iosock.posix.Signals;

/**
 * The signals that were blocked and ignored when this process started, each as bit N-1 for signal
 * N; see proc(5).
 *
 * <p>The blocked signals are those of the process's first thread, in which the java launcher only
 * waits. The VM changes the masks of its own threads. {@code bin/iosock} blocks further signals, so
 * that none is lost before {@link iosock.signal.SignalPipe} is open, and sets a property.
 *
 * <p>The VM installs handlers for SIGQUIT, SIGUSR2, SIGPIPE, SIGXFSZ and others, even if they were
 * ignored. So {@code bin/iosock} looks before it starts the VM, and sets a property.
 */
public record SignalState(long blocked, long ignored) {

  /** The ignored signals before the VM was started, in hexadecimal as in proc(5). */
  private static final String IGNORED_PROPERTY = "iosock.ignored-signals";

  /** The blocked ones, likewise. */
  private static final String BLOCKED_PROPERTY = "iosock.blocked-signals";

  /** Must be called before a disposition is changed. */
  public static SignalState read(Libc libc) {
    byte[] status = ProcFile.read(libc, ProcFile.STATUS);
    String blocked = System.getProperty(BLOCKED_PROPERTY);
    String ignored = System.getProperty(IGNORED_PROPERTY, "0");
    return new SignalState(
        blocked == null ? field(status, "SigBlk") : parse(blocked),
        field(status, "SigIgn") | parse(ignored));
  }

  /**
   * With those at their default that a terminal's keys and its job control send, as after login(1):
   * a shell ignores SIGINT and SIGQUIT in what a script starts in the background.
   */
  public SignalState withTerminalDefaults() {
    long terminal =
        SignalSet.bit(Signals.SIGINT)
            | SignalSet.bit(Signals.SIGQUIT)
            | SignalSet.bit(Signals.SIGTSTP)
            | SignalSet.bit(Signals.SIGTTIN)
            | SignalSet.bit(Signals.SIGTTOU);
    return new SignalState(blocked, ignored & ~terminal);
  }

  static long field(byte[] status, String name) {
    return parse(ProcFile.statusField(status, name));
  }

  private static long parse(String hexadecimal) {
    return Long.parseUnsignedLong(hexadecimal, 16);
  }
}
