package comparison;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** A running contender, with all its processes. */
final class Running implements AutoCloseable {

  private final Process server;
  private final Path command;

  private Running(Process server, Path command) {
    this.server = server;
    this.command = command;
  }

  /**
   * Starts a contender with no input, and discards its output.
   *
   * @param command a path without symbolic links
   */
  static Running startedWithoutStdio(Contender contender, Path command, Path socket, Path errors)
      throws IOException {
    return new Running(
        builder(contender, command, socket, errors)
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.DISCARD)
            .start(),
        command);
  }

  /** Starts a contender, writes a byte to its standard input, and reads one from its output. */
  static Running startedAndEchoing(Contender contender, Path command, Path socket, Path errors)
      throws IOException {
    Running running = new Running(builder(contender, command, socket, errors).start(), command);
    running.server.getOutputStream().write('x');
    running.server.getOutputStream().flush();
    if (running.server.getInputStream().read() < 0) {
      running.close();
      throw new IOException(contender.name() + " has exited: see " + errors);
    }
    return running;
  }

  private static ProcessBuilder builder(
      Contender contender, Path command, Path socket, Path errors) {
    return new ProcessBuilder(contender.line().apply(socket, command))
        .redirectError(errors.toFile());
  }

  boolean isAlive() {
    return server.isAlive();
  }

  void onExit(Runnable action) {
    server.onExit().thenRun(action);
  }

  /** The processes without those that run the command. */
  List<Long> pids() {
    return processes().filter(process -> !isCommand(process)).map(ProcessHandle::pid).toList();
  }

  private boolean isCommand(ProcessHandle process) {
    return process.info().command().map(Path::of).filter(command::equals).isPresent();
  }

  private Stream<ProcessHandle> processes() {
    return Stream.concat(Stream.of(server.toHandle()), server.descendants());
  }

  @Override
  public void close() {
    processes().toList().forEach(ProcessHandle::destroyForcibly);
    try {
      server.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
