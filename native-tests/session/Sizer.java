package session;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import support.Forks;
import support.Programs;
import support.Tool;

/**
 * One end of a connection that says or hears the size of a terminal on the side, well or badly:
 * {@code programs/sizer.c}, where the words that it understands are listed.
 */
final class Sizer implements AutoCloseable {

  private final Process process;
  private final OutputStream orders;
  private final BufferedReader answers;

  private Sizer(Path directory, List<String> before, String... arguments)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(before);
    command.add(Programs.compiled("sizer"));
    command.addAll(List.of(arguments));
    ProcessBuilder builder = new ProcessBuilder(command);
    process = Forks.start(builder.directory(directory.toFile()).redirectErrorStream(true));
    orders = process.getOutputStream();
    answers = process.inputReader(StandardCharsets.ISO_8859_1);
  }

  /** A client of {@code s.sock} whose own socket has no name. */
  static Sizer connect(Path directory) throws IOException, InterruptedException {
    return connect(directory, "");
  }

  /**
   * @param name of its own socket, an abstract one with an @ in front
   */
  static Sizer connect(Path directory, String name) throws IOException, InterruptedException {
    return connect(directory, List.of(), name);
  }

  /** With a name that others may have too: each network has abstract names of its own. */
  static Sizer connectFromElsewhere(Path directory, String name)
      throws IOException, InterruptedException {
    Tool.require("unshare", "util-linux");
    return connect(directory, List.of("unshare", "--net"), name);
  }

  private static Sizer connect(Path directory, List<String> before, String name)
      throws IOException, InterruptedException {
    Sizer client = new Sizer(directory, before, "connect", "s.sock", name);
    assertEquals("connected", client.answers.readLine());
    return client;
  }

  /** A server that listens on {@code s.sock}. */
  static Sizer listen(Path directory) throws IOException, InterruptedException {
    Sizer server = new Sizer(directory, List.of(), "listen", "s.sock");
    assertEquals("listening", server.answers.readLine());
    return server;
  }

  /**
   * @return its answer; null if it has ended instead
   */
  String answer(String order) throws IOException {
    orders.write((order + "\n").getBytes(StandardCharsets.ISO_8859_1));
    orders.flush();
    return answers.readLine();
  }

  void tell(String order) throws IOException {
    assertEquals("done", answer(order));
  }

  /** Sends a word, and waits until it has come back. */
  void echo(String word) throws IOException {
    assertEquals(word, answer("echo " + word));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    await().atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive());
  }
}
