package iosock.signal;

import iosock.posix.Libc;

/**
 * A program that says "ready" when it stands in the way of the VM's own handlers, and handles
 * signals only once it is told to on standard input. Exits with the number of the signal it got.
 */
final class SlowStart {

  private SlowStart() {}

  public static void main(String[] arguments) throws Exception {
    StartupSignals early = StartupSignals.intercept();
    System.out.println("ready");
    System.in.read();
    SignalPipe signals = SignalPipe.open(new Libc(), 0);
    early.release();
    while (signals.read() == 0) {
      Thread.onSpinWait();
    }
    Runtime.getRuntime().halt(signals.signal(0));
  }
}
