package iosock.posix;

/** signal.h. */
public final class Signals {

  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGQUIT = 3;
  public static final int SIGILL = 4;
  public static final int SIGTRAP = 5;
  public static final int SIGABRT = 6;
  public static final int SIGBUS = 7;
  public static final int SIGFPE = 8;
  public static final int SIGKILL = 9;
  public static final int SIGUSR1 = 10;
  public static final int SIGSEGV = 11;
  public static final int SIGUSR2 = 12;
  public static final int SIGPIPE = 13;
  public static final int SIGALRM = 14;
  public static final int SIGTERM = 15;
  public static final int SIGSTKFLT = 16;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGTSTP = 20;
  public static final int SIGTTIN = 21;
  public static final int SIGTTOU = 22;
  public static final int SIGURG = 23;
  public static final int SIGXCPU = 24;
  public static final int SIGXFSZ = 25;
  public static final int SIGVTALRM = 26;
  public static final int SIGPROF = 27;
  public static final int SIGWINCH = 28;
  public static final int SIGIO = 29;
  public static final int SIGPWR = 30;
  public static final int SIGSYS = 31;

  /** The first and last real-time signal. glibc keeps the two before them for itself: nptl(7). */
  public static final int SIGRTMIN = 34;

  public static final int SIGRTMAX = 64;

  public static final int SIG_UNBLOCK = 1;
  public static final int SIG_SETMASK = 2;
  public static final long SIG_DFL = 0;
  public static final long SIG_IGN = 1;
  public static final int SA_NOCLDSTOP = 1;
  public static final int SA_SIGINFO = 4;
  public static final int SA_RESTART = 0x10000000;

  /** In {@code si_code}: the kernel has sent the signal, and no process. */
  public static final int SI_KERNEL = 0x80;

  private Signals() {}
}
