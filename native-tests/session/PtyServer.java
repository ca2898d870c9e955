package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.core.ConditionTimeoutException;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;

/** iosock with a command on a pseudo-terminal, whose size the test reads and sets with stty(1). */
final class PtyServer implements AutoCloseable {

  static final String INITIAL = "24 80";

  private final Iosock iosock;
  private final String terminal;

  private PtyServer(Iosock iosock) throws IOException {
    this.iosock = iosock;
    await().atMost(30, SECONDS).until(() -> iosock.output().contains("ready"));
    terminal = Files.readSymbolicLink(Path.of("/proc/" + iosock.commandPid() + "/fd/0")).toString();
  }

  /** The command sends back every byte. */
  static PtyServer echo(Path directory) throws IOException {
    return raw(directory, "exec cat");
  }

  /**
   * @param command executes its arguments, which start iosock, in the same process
   */
  static PtyServer echoUnder(Path directory, String... command) throws IOException {
    return raw(Iosock.in(directory).under(command), "exec cat");
  }

  /** Runs a shell command on a terminal that changes no byte and does not echo. */
  static PtyServer raw(Path directory, String command) throws IOException {
    return raw(Iosock.in(directory), command);
  }

  private static PtyServer raw(Iosock.Builder iosock, String command) throws IOException {
    String script = "stty raw -echo; echo ready; " + command;
    return new PtyServer(iosock.startOnTerminal("sh", "-c", script));
  }

  Iosock iosock() {
    return iosock;
  }

  /** As stty(1) prints it: rows, a space, columns. */
  String size() throws IOException, InterruptedException {
    return stty("size").output().strip();
  }

  /** As a program on the terminal may do. */
  void resize(int rows, int columns) throws IOException, InterruptedException {
    stty("rows", "" + rows, "columns", "" + columns);
  }

  private Run stty(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("stty", "-F", terminal));
    command.addAll(List.of(arguments));
    Run run = Run.of(Path.of("/"), command.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.output());
    return run;
  }

  void awaitSize(int rows, int columns) throws IOException, InterruptedException {
    try {
      await().atMost(30, SECONDS).until(() -> size().equals(rows + " " + columns));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not " + rows + " " + columns + " but " + size(), e);
    }
  }

  int descriptors() {
    return Proc.descriptors(iosock.pid());
  }

  void awaitDescriptors(int count) {
    await().atMost(30, SECONDS).until(this::descriptors, now -> now == count);
  }

  void awaitIdle() {
    Idle.await(iosock.pid());
  }

  /** Asserts that the next client is served. */
  void serveAnother() throws IOException {
    try (Client next = iosock.connect()) {
      assertEquals("next", next.send("next").readText(4));
    }
  }

  @Override
  public void close() {
    iosock.close();
  }
}
