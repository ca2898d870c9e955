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

  private final Running server;
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
    Path socket = directory.resolve("socket");
    Files.deleteIfExists(socket);
    server =
        Running.withoutConsole(
            contender, command.toRealPath(), socket, directory.resolve("errors"));
    client =
        new ProcessBuilder(programs.resolve("client").toString(), socket.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    orders = client.outputWriter();
    answers = client.inputReader();
    try {
      tell("open");
    } catch (IOException | RuntimeException notOpen) {
      closeAfter(notOpen);
      throw notOpen;
    }
  }

  private void closeAfter(Exception failure) {
    try {
      close();
    } catch (UncheckedIOException e) {
      failure.addSuppressed(e);
    }
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

  Running server() {
    return server;
  }

  @Override
  public void close() {
    client.destroyForcibly();
    server.close();
    try {
      client.waitFor();
      orders.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
