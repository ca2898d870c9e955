package jmh;

import iosock.child.Child;
import iosock.child.CommandNotRun;
import iosock.child.Launcher;
import iosock.child.StdioPipes;
import iosock.flow.StandardDescriptors;
import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.Signals;
import iosock.relay.CommandRelay;
import iosock.relay.PipesEndpoint;
import iosock.signal.SignalPipe;
import iosock.socket.Listener;
import iosock.socket.SocketName;
import iosock.tty.OwnTerminal;
import java.io.Closeable;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.List;

/** iosock's loop with a command, in a thread of its own. */
final class OneLoop implements Closeable {

  private final Listener listener;
  private final Child command;
  private final Thread loop;

  OneLoop(Path socket, List<String> argv) throws CommandNotRun {
    Libc libc = new Libc();
    SignalPipe signals = SignalPipe.open(libc, 0);
    listener = Listener.listen(libc, new SocketName(Ascii.bytes(socket.toString())), 0600);
    StdioPipes stdio = new StdioPipes(libc);
    PipesEndpoint near = new PipesEndpoint(libc, stdio);
    CommandRelay relay =
        CommandRelay.onSocket(
            libc,
            failure -> {},
            signals,
            StandardDescriptors.OWN,
            OwnTerminal.find(libc),
            near,
            listener,
            1);
    command =
        new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc))
            .start(argv.stream().map(Ascii::bytes).toList(), stdio);
    loop =
        new Thread(
            () -> {
              relay.run(command);
              relay.close();
            });
    loop.start();
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
