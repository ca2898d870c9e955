package iosock.posix;

/** signal.h. */
public final class Signals {

  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGQUIT = 3;
  public static final int SIGKILL = 9;
  public static final int SIGUSR1 = 10;
  public static final int SIGUSR2 = 12;
  public static final int SIGTERM = 15;
  public static final int SIGCHLD = 17;
  public static final int SIGCONT = 18;
  public static final int SIGSTOP = 19;
  public static final int SIGWINCH = 28;

  public static final int SIG_UNBLOCK = 1;
  public static final int SIG_SETMASK = 2;
  public static final long SIG_IGN = 1;
  public static final int SA_NOCLDSTOP = 1;
  public static final int SA_RESTART = 0x10000000;

  private Signals() {}
}
