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
 * A client or a server that takes part in the protocol for window sizes, correctly or not: {@code
 * programs/sizer.c}, which lists the orders.
 */
final class Sizer implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

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
   * A client that has the name of an iosock.
   *
   * @param size as in the name: rows, an x, columns
   */
  static Sizer connectAsIosock(Path directory, String size)
      throws IOException, InterruptedException {
    return connect(directory, iosockName(size));
  }

  /** Abstract names belong to the whole machine: other tests may run at the same time. */
  static String iosockName(String size) {
    return "@iosock/" + size + "/" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  /**
   * @param name of its own socket, an abstract one with an at sign in front
   */
  static Sizer connect(Path directory, String name) throws IOException, InterruptedException {
    return connect(directory, List.of(), name);
  }

  /** In a network namespace of its own, where no other socket has the name. */
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
   * @return the answer; null if the program has exited
   */
  String answer(String order) throws IOException {
    orders.write((order + "\n").getBytes(StandardCharsets.ISO_8859_1));
    orders.flush();
    return answers.readLine();
  }

  void tell(String order) throws IOException {
    assertEquals("done", answer(order));
  }

  /** Sends a text, and waits until as many bytes have come back. */
  void echo(String text) throws IOException {
    assertEquals(text, answer("echo " + text));
  }

  /** Asserts that the peer has passed one descriptor so far, a channel for sizes. */
  void assertHasChannel() throws IOException {
    assertEquals("1 seqpacket", answer("received"));
  }

  /** Asserts that the peer has not passed any descriptor so far. */
  void assertNothingPassed() throws IOException {
    assertEquals("0", answer("received"));
  }

  @Override
  public void close() {
    process.destroyForcibly();
    await().atMost(TIMEOUT).until(() -> !process.isAlive());
  }
}
