package iosock.signal;

import iosock.posix.Libc;

/**
 * A program that prints "ready" when it defers signals, and catches them only after a byte on
 * standard input. Its exit code is the number of the signal.
 */
final class SlowStart {

  private SlowStart() {}

  public static void main(String[] arguments) throws Exception {
    StartupSignals deferred = StartupSignals.defer();
    System.out.println("ready");
    System.in.read();
    SignalPipe signals = SignalPipe.open(new Libc(), 0);
    deferred.deliver();
    while (signals.read() == 0) {
      Thread.onSpinWait();
    }
    Runtime.getRuntime().halt(signals.signal(0));
  }
}
