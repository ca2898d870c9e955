package jmh;

import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.Launcher;
import iosock.child.StdioPipes;
import iosock.cli.Sharing;
import iosock.cli.Stopping;
import iosock.flow.StandardDescriptors;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.relay.CommandRelay;
import iosock.relay.Context;
import iosock.relay.Listeners;
import iosock.relay.Log;
import iosock.relay.PipesEndpoint;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import java.io.Closeable;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** iosock's loop with a command, in a thread of its own. */
final class OneLoop implements Closeable {

  private final Listener listener;
  private final Child command;
  private final Thread loop;

  OneLoop(Path socket, int limit, List<String> argv) throws CommandNotRun {
    Libc libc = new Libc();
    SignalPipe signals = SignalPipe.open(libc, 0);
    listener = Listener.listen(libc, new SocketName(Ascii.bytes(socket.toString())), 0600);
    StdioPipes stdio = new StdioPipes(libc);
    PipesEndpoint near = new PipesEndpoint(libc, stdio);
    CommandRelay relay =
        CommandRelay.onSocket(
            new Context(
                libc, new NoLog(), signals, StandardDescriptors.OWN, OwnTerminal.find(libc)),
            near,
            new Listeners(listener, Optional.empty()),
            Sharing.among(limit),
            Stopping.DEFAULT);
    command =
        new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc))
            .start(argv.stream().map(Ascii::bytes).toList(), stdio);
    loop =
        new Thread(
            () -> {
              relay.run(command, Optional.empty());
              relay.close();
            });
    loop.start();
  }

  /** Nothing is reported: nothing fails here that does not fail the benchmark. */
  private static final class NoLog implements Log {

    @Override
    public void log(Failure failure) {
      throw failure;
    }

    @Override
    public void logStalled(long nanos) {
      // No limit is set.
    }

    @Override
    public void logObserving() {
      // This is no client.
    }
  }

  @Override
  public void close() throws InterruptedIOException {
    new Libc().kill(command.pid(), Signals.SIGKILL);
    try {
      loop.join();
    } catch (InterruptedException e) {
      throw new InterruptedIOException();
    }
    listener.close();
  }
}
