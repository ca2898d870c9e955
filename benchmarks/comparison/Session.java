package comparison;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
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

  private final String name;
  private final Path errors;
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
  Session(Contender contender, Path command, Path directory, Path programs, Placement placement)
      throws IOException {
    Path socket = directory.resolve("socket");
    Files.deleteIfExists(socket);
    name = contender.name();
    errors = directory.resolve("errors");
    server =
        Running.startedWithoutStdio(
            placement.contender(contender), command.toRealPath(), socket, errors);
    client =
        new ProcessBuilder(
                placement.client(List.of(programs.resolve("client").toString(), socket.toString())))
            .redirectError(Redirect.INHERIT)
            .start();
    requests = client.outputWriter();
    answers = client.inputReader();
    server.onExit(client::destroyForcibly);
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
    Optional<String> answer = answer(request);
    if (answer.isEmpty()) {
      if (!server.isAlive()) {
        throw new IOException(name + " has exited: see " + errors);
      }
      throw stuck.get() ? new Stuck() : new IOException("the client could not " + request);
    }
    timeout.cancel(false);
    return Stream.of(answer.get().split(" ")).mapToDouble(Double::parseDouble).toArray();
  }

  /**
   * @return nothing if the client has exited
   */
  private Optional<String> answer(String request) {
    try {
      requests.write(request + "\n");
      requests.flush();
      return Optional.ofNullable(answers.readLine());
    } catch (IOException closed) {
      return Optional.empty();
    }
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
