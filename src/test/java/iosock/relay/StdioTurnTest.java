package iosock.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import iosock.child.Child;
import iosock.child.Launcher;
import iosock.cli.Stopping;
import iosock.flow.StandardDescriptors;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.PollSet;
import iosock.posix.Signals;
import iosock.posix.Watch;
import iosock.signal.SignalPipe;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** A command on a terminal, joined to standard input and output; a turn at a time. */
class StdioTurnTest {

  private final Libc libc = new Libc();
  private final SignalPipe signals = SignalPipe.open(libc, 0);
  private final OwnTerminal terminal = OwnTerminal.find(libc);

  /** cat(1) exits with 0 at the end of its input; a hangup of its terminal is an error to it. */
  @Test
  void aHangupThatOnlyTheInputShowsIsNotTakenForItsEnd() throws Exception {
    int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY;
    int master = libc.posix_openpt(flags | Fcntl.O_CLOEXEC);
    assertEquals(0, libc.grantpt(master));
    assertEquals(0, libc.unlockpt(master));
    int own = libc.tiocgptpeer(master, flags);
    PseudoTerminal pty = PseudoTerminal.open(libc, terminal);
    PtyEndpoint near = new PtyEndpoint(libc, pty, terminal);
    CommandRelay command =
        CommandRelay.onStdio(
            new Context(
                libc, new NoLog(), signals, new StandardDescriptors(own, own, own), terminal),
            near,
            Stopping.DEFAULT);
    Child cat =
        new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc))
            .start(List.of(Ascii.bytes("cat")), pty);
    Lifecycle life = command.lifecycle(cat, new ServiceManager(new NoLog(), Optional.empty()));

    // A signal and a key that was pressed: the hangup comes after poll(2) has seen both.
    libc.raise(Signals.SIGCHLD);
    libc.write(master, NativeBuffer.string("\n"), 0, 1);
    PollSet.of(new Watch(own), PollSet.POLLIN).poll(libc, -1);
    command.relay().turn(new HangingUpAfterPoll(life, master), 0);
    while (!isZombie(cat.pid())) {
      Thread.onSpinWait();
    }

    libc.raise(Signals.SIGCHLD);
    command.relay().turn(life);
    assertEquals(128 + Signals.SIGHUP, life.exitCode());
    libc.close(own);
  }

  private static boolean isZombie(int pid) throws IOException {
    return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") Z ");
  }

  /** Closes the other end of a terminal in a turn, after its poll(2). */
  private record HangingUpAfterPoll(Lifecycle life, int master) implements Lifecycle {

    @Override
    public void signal(int signal) {
      life.signal(signal);
    }

    @Override
    public void reap() {
      new Libc().close(master);
    }

    @Override
    public void arm(PollSet poll) {
      life.arm(poll);
    }

    @Override
    public void turnEnded() {
      life.turnEnded();
    }

    @Override
    public boolean maySuspend() {
      return life.maySuspend();
    }

    @Override
    public boolean isOver() {
      return life.isOver();
    }

    @Override
    public int exitCode() {
      return life.exitCode();
    }
  }
}
