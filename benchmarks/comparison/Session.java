package comparison;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

/** A contender at work with a command, and a client that does what it is told. */
final class Session implements AutoCloseable {

  /** Anything that works at all takes a fraction of it. */
  private static final long PATIENCE_SECONDS = 30;

  /** Nothing moves any more. */
  static final class Stuck extends IOException {

    private static final long serialVersionUID = 1;
  }

  private final Path command;
  private final Process server;
  private final Process client;
  private final Writer orders;
  private final BufferedReader answers;

  /**
   * Starts both, and connects.
   *
   * @param directory for the socket
   * @param programs where the compiled C programs are
   */
  Session(Contender contender, Path command, Path directory, Path programs) throws IOException {
    this.command = command.toRealPath();
    Path socket = directory.resolve("socket");
    Files.deleteIfExists(socket);
    server =
        new ProcessBuilder(contender.line().apply(socket, this.command))
            .redirectInput(Redirect.from(Path.of("/dev/null").toFile()))
            .redirectOutput(Redirect.DISCARD)
            .redirectError(directory.resolve("errors").toFile())
            .start();
    client =
        new ProcessBuilder(programs.resolve("client").toString(), socket.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    orders = client.outputWriter();
    answers = client.inputReader();
    tell("open");
  }

  /**
   * @return the client's answer, in its words
   * @throws Stuck if there is none for too long
   */
  double[] tell(String order) throws IOException {
    AtomicBoolean stuck = new AtomicBoolean();
    CompletableFuture<Void> patience =
        CompletableFuture.runAsync(
            () -> {
              stuck.set(true);
              client.destroyForcibly();
            },
            CompletableFuture.delayedExecutor(PATIENCE_SECONDS, TimeUnit.SECONDS));
    orders.write(order + "\n");
    orders.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw stuck.get() ? new Stuck() : new IOException("the client could not " + order);
    }
    patience.cancel(false);
    return Stream.of(answer.split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  /** What the contender uses, and has used, without its command. */
  Usage usage() throws IOException {
    Usage usage = Usage.NONE;
    for (ProcessHandle process :
        Stream.concat(Stream.of(server.toHandle()), server.descendants()).toList()) {
      if (!isCommand(process)) {
        usage = usage.plus(Usage.of(process.pid()));
      }
    }
    return usage;
  }

  private boolean isCommand(ProcessHandle process) {
    return process.info().command().map(Path::of).filter(command::equals).isPresent();
  }

  @Override
  public void close() {
    Stream.of(client, server)
        .flatMap(process -> Stream.concat(process.descendants(), Stream.of(process.toHandle())))
        .toList()
        .forEach(ProcessHandle::destroyForcibly);
    try {
      server.waitFor();
      client.waitFor();
      orders.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
