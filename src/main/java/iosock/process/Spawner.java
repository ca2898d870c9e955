package iosock.process;

import static iosock.posix.Failure.check;

import iosock.posix.CallList;
import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Memory;
import iosock.posix.PollSet;
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
public final class Spawner {

  /** Most children take about a millisecond. */
  private static final int FIRST_PATIENCE_MILLIS = 50;

  private static final int LONGEST_PATIENCE_MILLIS = 10_000;
  private static final int ATTEMPTS = 20;

  /** Status of a child that did not become the command; nobody looks at it. */
  private static final int STILLBORN = 127;

  private static final int STATUS = 0;

  private final Libc libc;
  private final SignalState signals;
  private final Memory word = new Memory(Integer.BYTES);
  private final PollSet poll = new PollSet(1);
  private int killed;

  /**
   * @param signals what the command is to find blocked and ignored
   */
  public Spawner(Libc libc, SignalState signals) {
    this.libc = libc;
    this.signals = signals;
  }

  /**
   * @param argv the command and its arguments, at least one
   * @throws CommandNotRun if there is no such command, or it cannot be executed
   * @throws Failure if no process can be had
   */
  public Command start(List<byte[]> argv, StdioPipes stdio) throws CommandNotRun {
    Memory file = Memory.string(argv.getFirst());
    Memory vector = vector(argv);
    int patience = FIRST_PATIENCE_MILLIS;
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      Command command = attempt(file, vector, stdio, patience);
      if (command != null) {
        stdio.closeCommandsEnds();
        return command;
      }
      killed++;
      patience = Math.min(2 * patience, LONGEST_PATIENCE_MILLIS);
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
  private Command attempt(Memory file, Memory argv, StdioPipes stdio, int patience)
      throws CommandNotRun {
    Pipe status = Pipe.open(libc);
    CallList birth = new CallList(libc, 5);
    stdio.become(birth);
    // SIGCHLD alone is caught even if it was ignored; execve(2) would make it the default.
    if (SignalSet.contains(signals.ignored(), Signals.SIGCHLD)) {
      birth.sigaction(Signals.SIGCHLD, new Sigaction(Signals.SIG_IGN, 0));
    }
    birth.execvp(file, argv);
    CallList epitaph = new CallList(libc, 2).writeErrno(status.writeEnd())._exit(STILLBORN);
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

  /** The child must not be the first to run any code: linking and loading it takes locks. */
  private void rehearse(Memory argv) {
    // Harmless: execvp(3) finds no file of an empty name, and then nothing is written anywhere.
    CallList birth = new CallList(libc, 1).execvp(Memory.string(""), argv);
    CallList epitaph = new CallList(libc, 1).writeErrno(-1);
    libc.rehearseFork(birth, epitaph);
  }

  /** The child inherits the forking thread's mask, and so need not set it. */
  private int fork(CallList birth, CallList epitaph) {
    SignalSet commands = new SignalSet();
    SignalSet own = new SignalSet();
    commands.set(signals.blocked());
    libc.pthread_sigmask(commands, own);
    int pid = libc.fork(birth, epitaph);
    libc.pthread_sigmask(own, commands);
    return pid;
  }

  private Command watch(int pid, int status, int patienceMillis) throws CommandNotRun {
    Command command = new Command(libc, pid);
    if (!isReadable(status, patienceMillis)) {
      // Only a child that stands still can be asked: a running one may become the command between
      // the answer and the kill.
      libc.kill(pid, Signals.SIGSTOP);
      waitFor(pid, WaitStatus.WUNTRACED);
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
        waitFor(pid, 0);
      }
      throw new CommandNotRun(errno);
    }
    return command;
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
  private static Memory vector(List<byte[]> argv) {
    Memory vector = new Memory((argv.size() + 1) * Long.BYTES);
    for (int i = 0; i < argv.size(); i++) {
      vector.putLong(i * Long.BYTES, Memory.string(argv.get(i)).address());
    }
    return vector;
  }
}
