package iosock.child;

import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.TestCalls;
import java.util.List;

/** A program that starts a command where its user has too many processes. Prints the failure. */
final class ProcessLimit {

  private ProcessLimit() {}

  public static void main(String[] arguments) throws CommandNotRun {
    Libc libc = new Libc();
    Launcher launcher = new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc));
    StdioPipes stdio = new StdioPipes(libc);
    if (TestCalls.limitProcesses(1) < 0) {
      throw new IllegalStateException("cannot set the limit");
    }
    try {
      launcher.start(List.of(Ascii.bytes("true")), stdio);
      System.out.println("started");
    } catch (Failure e) {
      System.out.println(e.getMessage() + ", " + new String(e.subject()) + ", " + e.errno());
    }
  }
}
