package iosock.signal;

import iosock.posix.Libc;
import iosock.posix.Sigaction;
import iosock.posix.SignalSet;
import iosock.posix.Signals;

/**
 * Defers SIGTERM, SIGINT and SIGHUP until a {@link SignalPipe} catches them. Before that, the VM's
 * own handlers end the VM from another thread and a moment later, when the main thread may just
 * have bound a socket or started a command, which would be left behind. As a shutdown hook this
 * stops the VM from ending, and sends the process SIGTERM once the pipe is open.
 *
 * <p>{@code bin/iosock} blocks these signals, and starts the VM so that it does not handle them:
 * the kernel keeps them until the pipe is open, also for a process 1, which would lose them.
 *
 * <p>The process must then end by {@link Runtime#halt}, which runs no hooks.
 */
public final class StartupSignals implements Runnable {

  private boolean caught;

  /** Begins to defer signals. Does not return if the VM is ending already. */
  public static StartupSignals defer() {
    StartupSignals signals = new StartupSignals();
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(signals));
    } catch (IllegalStateException ending) {
      waitForever();
    }
    return signals;
  }

  /** Delivers a signal that was deferred. To be called once a {@link SignalPipe} is open. */
  public synchronized void deliver() {
    caught = true;
    notifyAll();
  }

  /**
   * Lets SIGTERM, SIGINT and SIGHUP end the process at once from now on, unless they are ignored;
   * one that was deferred does so now. To be called when nothing is left to be undone, and what
   * follows may wait: the last message.
   */
  public void release(Libc libc) {
    long signals = 0;
    for (int signal : new int[] {Signals.SIGTERM, Signals.SIGINT, Signals.SIGHUP}) {
      signals |= SignalSet.bit(signal);
      if (!libc.isIgnored(signal)) {
        libc.sigaction(signal, new Sigaction(Signals.SIG_DFL, 0));
      }
    }
    SignalSet set = new SignalSet();
    set.set(signals);
    libc.sigprocmask(Signals.SIG_UNBLOCK, set, new SignalSet());
    deliver();
  }

  /** The shutdown hook. */
  @Override
  public synchronized void run() {
    waitUntilCaught();
    Libc libc = new Libc();
    libc.kill(libc.getpid(), Signals.SIGTERM);
    waitForever();
  }

  private static void waitForever() {
    Object never = new Object();
    synchronized (never) {
      for (; ; ) {
        try {
          never.wait();
        } catch (InterruptedException ignored) {
          continue;
        }
      }
    }
  }

  private void waitUntilCaught() {
    while (!caught) {
      try {
        wait();
      } catch (InterruptedException ignored) {
        continue;
      }
    }
  }
}
