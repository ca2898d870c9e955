package session;

import java.io.IOException;
import java.nio.file.Path;
import support.Terminal;

/**
 * {@code iosock -p --connect} on a terminal of 30 rows and 90 columns, and the server that it is
 * attached to.
 *
 * @param <S> the kind of server
 */
final class SizedSession<S> implements AutoCloseable {

  private final S server;
  private final Runnable closeServer;
  private final Terminal terminal;
  private final Attached client;

  private SizedSession(Path directory, S server, Runnable closeServer, String... command)
      throws IOException {
    this.server = server;
    this.closeServer = closeServer;
    terminal = Terminal.open(30, 90);
    try {
      client = Attached.under(directory, terminal, command);
    } catch (AssertionError | IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** With an iosock whose command sends back every byte. */
  static SizedSession<PtyServer> withEcho(Path directory) throws IOException {
    PtyServer server = PtyServer.echo(directory);
    return new SizedSession<>(directory, server, server::close, "env");
  }

  static SizedSession<Sizer> withSizer(Path directory) throws IOException, InterruptedException {
    return withSizer(directory, "env");
  }

  /**
   * @param command executes its arguments, which start the client
   */
  static SizedSession<Sizer> withSizer(Path directory, String... command)
      throws IOException, InterruptedException {
    Sizer server = Sizer.listen(directory);
    return new SizedSession<>(directory, server, server::close, command);
  }

  S server() {
    return server;
  }

  Terminal terminal() {
    return terminal;
  }

  Attached client() {
    return client;
  }

  /** Types a text, and waits until the server's command has sent it back. */
  void echo(String text) {
    terminal.type(text).awaitText(text);
  }

  /** Closes the terminal, which kills the client, and then the server. */
  @Override
  public void close() {
    try {
      terminal.close();
    } finally {
      closeServer.run();
    }
  }
}
