package iosock.relay;

import iosock.child.CommandNotRun;
import iosock.cli.Sharing;
import iosock.posix.Libc;
import iosock.signal.SignalPipe;
import java.util.ArrayList;
import java.util.List;

/** A relay of a command whose input and output are text, a turn at a time; and its peers. */
final class TextCommand implements AutoCloseable {

  static final int STDOUT = 0;
  static final int STDERR = 1;

  private final Libc libc = new Libc();
  private final Texts texts = new Texts(libc);
  private final List<Integer> sockets = new ArrayList<>();
  private final CommandFixture fixture;

  TextCommand(Sharing sharing) throws CommandNotRun {
    fixture = new CommandFixture(libc, SignalPipe.open(libc, 0), sharing);
  }

  CommandFixture fixture() {
    return fixture;
  }

  Texts texts() {
    return texts;
  }

  /** Connects a client, and turns until it is attached. */
  int client() {
    return attached(fixture.connect());
  }

  int clientTakingOver() {
    return attached(fixture.connectTakingOver());
  }

  int observer() {
    return attached(fixture.observe());
  }

  private int attached(int socket) {
    add(socket);
    fixture.turnUntilIdle();
    return socket;
  }

  /**
   * @param socket is closed with this
   */
  int add(int socket) {
    sockets.add(socket);
    return socket;
  }

  void leave(int socket) {
    sockets.remove((Integer) socket);
    libc.close(socket);
    fixture.turnUntilIdle();
  }

  /** The command writes to standard output. */
  void write(String text) {
    write(STDOUT, text);
  }

  void write(int stream, String text) {
    texts.write(fixture.output(stream), text);
    fixture.turnUntilIdle();
  }

  /** What there is at this moment, and then the end if it is there. */
  String read(int fd) {
    return texts.read(fd);
  }

  /** What there is on the console's standard output. */
  String readConsole() {
    return texts.read(fixture.console(STDOUT));
  }

  String readStdin() {
    return texts.read(fixture.stdin());
  }

  /**
   * The command writes until nothing more can be moved.
   *
   * @return what was written
   */
  String fill() {
    StringBuilder written = new StringBuilder();
    long now;
    for (int i = 0; (now = texts.tryWrite(fixture.output(STDOUT), Texts.lines(i))) > 0; i++) {
      written.append(Texts.lines(i), 0, (int) now);
      fixture.turnUntilIdle();
    }
    return written.toString();
  }

  /** Reads until nothing more comes. */
  String readWhileTurning(int fd) {
    StringBuilder all = new StringBuilder();
    String some;
    do {
      fixture.turnUntilIdle();
      some = texts.readOnce(fd);
      all.append(some);
    } while (!some.isEmpty() && !some.equals(Texts.END));
    return all.toString();
  }

  @Override
  public void close() {
    sockets.forEach(libc::close);
    fixture.close();
  }
}
