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

/** A contender that runs a command, and a client that measures it on request. */
final class Session implements AutoCloseable {

  /** Any request that is not stuck takes a fraction of it. */
  private static final long TIMEOUT_SECONDS = 30;

  /** The client did not answer in time. */
  static final class Stuck extends IOException {

    private static final long serialVersionUID = 1;
  }

  private final Running server;
  private final Process client;
  private final Writer requests;
  private final BufferedReader answers;

  /**
   * Starts the contender and the client, and connects.
   *
   * @param directory for the socket
   * @param programs where the compiled C programs are
   */
  Session(Contender contender, Path command, Path directory, Path programs) throws IOException {
    Path socket = directory.resolve("socket");
    Files.deleteIfExists(socket);
    server =
        Running.startedWithoutStdio(
            contender, command.toRealPath(), socket, directory.resolve("errors"));
    client =
        new ProcessBuilder(programs.resolve("client").toString(), socket.toString())
            .redirectError(Redirect.INHERIT)
            .start();
    requests = client.outputWriter();
    answers = client.inputReader();
    try {
      request("open");
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
   * @return the numbers of the client's answer
   * @throws Stuck if there is no answer in time
   */
  double[] request(String request) throws IOException {
    AtomicBoolean stuck = new AtomicBoolean();
    CompletableFuture<Void> timeout =
        CompletableFuture.runAsync(
            () -> {
              stuck.set(true);
              client.destroyForcibly();
            },
            CompletableFuture.delayedExecutor(TIMEOUT_SECONDS, TimeUnit.SECONDS));
    requests.write(request + "\n");
    requests.flush();
    String answer = answers.readLine();
    if (answer == null) {
      throw stuck.get() ? new Stuck() : new IOException("the client could not " + request);
    }
    timeout.cancel(false);
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
      requests.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
