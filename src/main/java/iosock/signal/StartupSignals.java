package iosock.signal;

import iosock.posix.Libc;
import iosock.posix.Signals;

/**
 * Before the signals are ours the VM's own handlers take SIGTERM, SIGINT and SIGHUP, and end the VM
 * from a thread of their own a moment later: while the main thread may be about to bind a socket or
 * to start a command that would be left behind. As a shutdown hook this stands in their way and
 * hands the signal on once it can be handled.
 *
 * <p>The process must then end by {@link Runtime#halt}, for which no hook is run.
 */
public final class StartupSignals implements Runnable {

  private boolean handled;

  /** Does not return if the VM is ending already. */
  public static StartupSignals intercept() {
    StartupSignals interception = new StartupSignals();
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(interception));
    } catch (IllegalStateException ending) {
      forever();
    }
    return interception;
  }

  /** Call once signals are handled. */
  public synchronized void release() {
    handled = true;
    notifyAll();
  }

  @Override
  public synchronized void run() {
    waitUntilHandled();
    Libc libc = new Libc();
    libc.kill(libc.getpid(), Signals.SIGTERM);
    forever();
  }

  private static void forever() {
    Object never = new Object();
    synchronized (never) {
      for (; ; ) {
        try {
          never.wait();
        } catch (InterruptedException nobodyInterrupts) {
          continue;
        }
      }
    }
  }

  private void waitUntilHandled() {
    while (!handled) {
      try {
        wait();
      } catch (InterruptedException nobodyInterrupts) {
        continue;
      }
    }
  }
}
