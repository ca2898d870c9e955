package iosock.child;

import static iosock.posix.Failure.check;

import iosock.flow.Pipe;
import iosock.inherited.SignalState;
import iosock.posix.ArgumentVector;
import iosock.posix.CallTable;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.ResourceLimit;
import iosock.posix.Sigaction;
import iosock.posix.SignalSet;
import iosock.posix.Signals;
import java.util.List;

/**
 * Starts commands with clone(2) and execvp(3). The child runs no Java: it makes the calls of a
 * {@link CallTable}.
 *
 * <p>As with vfork(2) the child shares this process's memory, and the calling thread sleeps until
 * the child has become the command. That is safe as in posix_spawn(3): the child has a stack of its
 * own, runs no signal handler, and makes only system calls and execvp(3), which allocates nothing.
 * The price is that this process handles no signal while the child is stopped, or waits for the
 * program's file, before it has become the command.
 */
public final class Launcher {

  /** These report faults of the running code, and the VM uses them to run Java code. */
  private static final long FAULTS =
      SignalSet.bit(Signals.SIGILL)
          | SignalSet.bit(Signals.SIGTRAP)
          | SignalSet.bit(Signals.SIGBUS)
          | SignalSet.bit(Signals.SIGFPE)
          | SignalSet.bit(Signals.SIGSEGV);

  /** A disposition for each signal; the group, the stdio, the limit, the mask and the command. */
  private static final int MAX_CALLS = Signals.SIGRTMAX + 8;

  private final Libc libc;
  private final SignalState signals;
  private final ResourceLimit openFiles;
  private final CallTable calls = new CallTable(MAX_CALLS);
  private final Sigaction standard = new Sigaction(Signals.SIG_DFL, 0);
  private final Sigaction ignore = new Sigaction(Signals.SIG_IGN, 0);
  private final SignalSet allButFaults = new SignalSet();
  private final SignalSet commandsMask = new SignalSet();
  private final SignalSet ownMask = new SignalSet();
  private final SignalSet unused = new SignalSet();
  private final NativeBuffer word = new NativeBuffer(Integer.BYTES);

  /**
   * @param signals the signals that a command finds blocked and ignored
   * @param openFiles a command's limit of open files
   */
  public Launcher(Libc libc, SignalState signals, ResourceLimit openFiles) {
    this.libc = libc;
    this.signals = signals;
    this.openFiles = openFiles;
    allButFaults.set(~FAULTS);
    commandsMask.set(signals.blocked());
  }

  /**
   * Returns when the child has become the command.
   *
   * @param argv the command and its arguments, at least one
   * @param stdio its child's ends are closed once the command runs
   * @throws CommandNotRun if there is no such command, or it cannot be executed
   * @throws Failure if the system allows no further process: clone(2)
   */
  public Child start(List<byte[]> argv, Stdio stdio) throws CommandNotRun {
    return start(argv, stdio, false);
  }

  /**
   * As {@link #start}, but the command leads a process group of its own, and what is sent to the
   * child goes to all of it.
   */
  public Child startGroup(List<byte[]> argv, Stdio stdio) throws CommandNotRun {
    return start(argv, stdio, true);
  }

  private Child start(List<byte[]> argv, Stdio stdio, boolean isGroup) throws CommandNotRun {
    // execvp closes the write end; where it fails the child writes errno. Shared memory would do,
    // but an emulator may turn vfork into fork.
    Pipe status = Pipe.open(libc);
    try {
      calls.begin(status.writeEnd());
      if (isGroup && !stdio.leadsSession()) {
        calls.setpgid();
      }
      write(calls, new ArgumentVector(argv), stdio);
      int pid = cloneWithSignalsBlocked();
      libc.close(status.writeEnd());
      check(pid, "start", argv.getFirst());
      int errno = readErrno(status.readEnd());
      if (errno != 0) {
        reap(pid);
        throw new CommandNotRun(errno);
      }
      stdio.closeChildEnds();
      return new Child(libc, pid, isGroup);
    } finally {
      libc.close(status.readEnd());
    }
  }

  /**
   * In this order: the child's memory is its parent's, so no handler may run in it. A signal that
   * is sent to the child waits until the mask is set, and then does what it does to the command.
   */
  private void write(CallTable calls, ArgumentVector argv, Stdio stdio) {
    for (int signal = 1; signal <= Signals.SIGRTMAX; signal++) {
      if (isSettable(signal)) {
        boolean ignored = SignalSet.contains(signals.ignored(), signal);
        calls.sigaction(signal, ignored ? ignore : standard);
      }
    }
    stdio.addChildCalls(calls);
    calls.setrlimit(ResourceLimit.RLIMIT_NOFILE, openFiles);
    calls.sigprocmask(Signals.SIG_SETMASK, commandsMask);
    calls.execvp(argv);
  }

  private static boolean isSettable(int signal) {
    boolean fixed = signal == Signals.SIGKILL || signal == Signals.SIGSTOP;
    boolean usedByLibc = signal > Signals.SIGSYS && signal < Signals.SIGRTMIN;
    return !fixed && !usedByLibc;
  }

  private int cloneWithSignalsBlocked() {
    libc.sigprocmask(Signals.SIG_SETMASK, allButFaults, ownMask);
    int pid = libc.clone(calls);
    libc.sigprocmask(Signals.SIG_SETMASK, ownMask, unused);
    return pid;
  }

  /**
   * @return 0 if the child has become the command
   */
  private int readErrno(int status) {
    long read;
    do {
      read = libc.read(status, word, Integer.BYTES);
    } while (read == -Errno.EINTR);
    return read > 0 ? word.getInt(0) : 0;
  }

  private void reap(int pid) {
    int result;
    do {
      result = libc.waitpid(pid, word, 0);
    } while (result == -Errno.EINTR);
  }
}
