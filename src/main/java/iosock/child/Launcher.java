package iosock.child;

import static iosock.posix.Failure.check;

import iosock.flow.Pipe;
import iosock.inherited.SignalState;
import iosock.posix.CallList;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.ResourceLimit;
import iosock.posix.Sigaction;
import iosock.posix.SignalSet;
import iosock.posix.Signals;
import iosock.posix.WaitStatus;
import java.util.List;

/**
 * Starts a command by fork(2) and execvp(3).
 *
 * <p>A child forked from a VM has one thread and a copy of every lock that the others held, so
 * before execvp it may hang at any moment, however little it does. Hence the guard: a close-on-exec
 * pipe tells the parent when the child has become the command, by end of file, or why it could not,
 * by an errno. A child that says nothing in time is stopped; if it still has not become the
 * command, nothing has happened yet, and it is killed and another one forked.
 */
public final class Launcher {

  /** Most children take about a millisecond. */
  private static final int FIRST_PATIENCE_MILLIS = 50;

  private static final int MAX_PATIENCE_MILLIS = 10_000;
  private static final int ATTEMPTS = 20;

  /** Status of a child that did not become the command; nobody looks at it. */
  private static final int STILLBORN = 127;

  private static final int STATUS = 0;

  /** Those after it are never the VM's, and two of them libc's. */
  private static final int LAST_STANDARD_SIGNAL = 31;

  /**
   * A disposition for each signal, three descriptors, a session, a terminal, a limit and the
   * command.
   */
  private static final int MAX_CALLS = LAST_STANDARD_SIGNAL + 7;

  /** Between two attempts to stop a child. */
  private static final int STOP_AGAIN_MILLIS = 1;

  private final Libc libc;
  private final SignalState signals;
  private final ResourceLimit openFiles;
  private final NativeBuffer errno = new NativeBuffer(Integer.BYTES);
  private final NativeBuffer word = new NativeBuffer(Integer.BYTES);
  private final PollSet poll = new PollSet(1);
  private final int firstPatienceMillis;
  private int killed;

  /**
   * @param signals what the command is to find blocked and ignored
   * @param openFiles its limit of open files; null if it is that of this process
   */
  public Launcher(Libc libc, SignalState signals, ResourceLimit openFiles) {
    this(libc, signals, openFiles, FIRST_PATIENCE_MILLIS);
  }

  Launcher(Libc libc, SignalState signals, ResourceLimit openFiles, int firstPatienceMillis) {
    this.firstPatienceMillis = firstPatienceMillis;
    this.libc = libc;
    this.signals = signals;
    this.openFiles = openFiles;
  }

  /**
   * @param argv the command and its arguments, at least one
   * @throws CommandNotRun if there is no such command, or it cannot be executed
   * @throws Failure if no process can be had
   */
  public Child start(List<byte[]> argv, Stdio stdio) throws CommandNotRun {
    NativeBuffer file = NativeBuffer.string(argv.getFirst());
    NativeBuffer vector = vector(argv);
    int patience = firstPatienceMillis;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Child command = attempt(file, vector, stdio, patience);
      if (command != null) {
        stdio.closeCommandsEnds();
        return command;
      }
      killed++;
      patience = Math.min(2 * patience, MAX_PATIENCE_MILLIS);
    }
    throw new Failure("start", argv.getFirst(), Errno.ETIME);
  }

  /** How many children had to be killed because they hung. */
  public int killed() {
    return killed;
  }

  /**
   * @return null if the child hung and was killed
   */
  private Child attempt(NativeBuffer file, NativeBuffer argv, Stdio stdio, int patience)
      throws CommandNotRun {
    Pipe status = Pipe.open(libc);
    CallList birth = new CallList(MAX_CALLS, errno);
    stdio.become(birth);
    ignore(birth);
    if (openFiles != null) {
      birth.setrlimit(ResourceLimit.RLIMIT_NOFILE, openFiles);
    }
    birth.execvp(file, argv);
    CallList epitaph = new CallList(2, errno).write(status.writeEnd(), errno)._exit(STILLBORN);
    rehearse(argv);
    int pid = fork(birth, epitaph);
    libc.close(status.writeEnd());
    try {
      return watch(
          check(pid, "fork for", file.get(0, file.size() - 1)), status.readEnd(), patience);
    } finally {
      libc.close(status.readEnd());
    }
  }

  /** Where there is a handler, ours or the VM's, execve(2) would make the default of it. */
  private void ignore(CallList birth) {
    Sigaction ignore = new Sigaction(Signals.SIG_IGN, 0);
    for (int signal = 1; signal <= LAST_STANDARD_SIGNAL; signal++) {
      if (SignalSet.contains(signals.ignored(), signal)) {
        birth.sigaction(signal, ignore);
      }
    }
  }

  /** The child must not be the first to run any code: linking and loading it takes locks. */
  private void rehearse(NativeBuffer argv) {
    // Harmless: execvp(3) finds no file of an empty name, and then nothing is written anywhere.
    CallList birth = new CallList(1, errno).execvp(NativeBuffer.string(""), argv);
    CallList epitaph = new CallList(1, errno).write(-1, errno);
    libc.rehearseFork(birth, epitaph);
  }

  /** The child inherits the forking thread's mask, and so need not set it. */
  private int fork(CallList birth, CallList epitaph) {
    SignalSet commands = new SignalSet();
    SignalSet own = new SignalSet();
    commands.set(signals.blocked());
    libc.pthread_sigmask(Signals.SIG_SETMASK, commands, own);
    int pid = libc.fork(birth, epitaph);
    libc.pthread_sigmask(Signals.SIG_SETMASK, own, commands);
    return pid;
  }

  private Child watch(int pid, int status, int patienceMillis) throws CommandNotRun {
    Child command = new Child(libc, pid);
    if (!isReadable(status, patienceMillis)) {
      // Only a child that stands still can be asked: a running one may become the command between
      // the answer and the kill.
      stop(pid, status);
      boolean stopped = WaitStatus.stopped(word.getInt(0));
      if (stopped && !isReadable(status, 0)) {
        libc.kill(pid, Signals.SIGKILL);
        waitFor(pid, 0);
        return null;
      }
      if (stopped) {
        libc.kill(pid, Signals.SIGCONT);
      } else {
        command.ended(word.getInt(0));
      }
    }
    if (libc.read(status, word, Integer.BYTES) > 0) {
      int errno = word.getInt(0);
      if (!command.hasExited()) {
        // It may hang on its way to _exit.
        libc.kill(pid, Signals.SIGKILL);
        waitFor(pid, 0);
      }
      throw new CommandNotRun(errno);
    }
    return command;
  }

  /**
   * Until the child has stopped or ended. Somebody's SIGCONT takes back a SIGSTOP that has not been
   * heeded yet, and then nobody is told: so it is sent again.
   */
  private void stop(int pid, int status) {
    int result;
    do {
      libc.kill(pid, Signals.SIGSTOP);
      isReadable(status, STOP_AGAIN_MILLIS);
      result = libc.waitpid(pid, word, WaitStatus.WUNTRACED | WaitStatus.WNOHANG);
    } while (result == 0 || result == -Errno.EINTR);
  }

  private boolean isReadable(int fd, int timeoutMillis) {
    poll.watch(STATUS, fd, PollSet.POLLIN);
    long deadline = System.nanoTime() + timeoutMillis * 1_000_000L;
    int ready;
    do {
      long left = Math.max(deadline - System.nanoTime(), 0);
      ready = libc.poll(poll, (int) ((left + 999_999) / 1_000_000));
    } while (ready == -Errno.EINTR);
    return ready > 0;
  }

  private void waitFor(int pid, int options) {
    int result;
    do {
      result = libc.waitpid(pid, word, options);
    } while (result == -Errno.EINTR);
  }

  /** The strings' addresses and a null: what execvp(3) takes. */
  private static NativeBuffer vector(List<byte[]> argv) {
    NativeBuffer vector = new NativeBuffer((argv.size() + 1) * Long.BYTES);
    for (int i = 0; i < argv.size(); i++) {
      vector.putLong(i * Long.BYTES, NativeBuffer.string(argv.get(i)).address());
    }
    return vector;
  }
}
