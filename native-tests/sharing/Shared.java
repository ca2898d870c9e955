package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Run;

/** Command lines of iosock with options and a shell script as the command. */
final class Shared {

  private Shared() {}

  /** Starts iosock, and waits until the command runs. */
  static Iosock running(Path directory, String options, String script) throws IOException {
    return start(Iosock.in(directory), options, script).awaitCommand();
  }

  /**
   * @param options with spaces between them; may be empty
   */
  static Iosock start(Iosock.Builder builder, String options, String script) throws IOException {
    return builder.startWith(arguments(options, "./s.sock", "sh", "-c", script));
  }

  /** The options, then the operands. */
  static String[] arguments(String options, String... operands) {
    List<String> all = new ArrayList<>();
    if (!options.isEmpty()) {
      all.addAll(List.of(options.split(" ")));
    }
    all.addAll(List.of(operands));
    return all.toArray(String[]::new);
  }

  /** Runs iosock to its end. */
  static Run run(Path directory, String input, String... arguments)
      throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(Iosock.commandLine(List.of()));
    line.addAll(List.of(arguments));
    return Run.withInput(directory, input, line.toArray(String[]::new));
  }

  /**
   * Waits until iosock has accepted clients.
   *
   * @param count with the sockets that iosock had open before
   */
  static void awaitSockets(Iosock iosock, int count) {
    await().atMost(20, SECONDS).until(() -> Proc.sockets(iosock.pid()) >= count);
  }

  static Client connectOnceItListens(Path socket) {
    return await()
        .atMost(20, SECONDS)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> Client.connect(socket), client -> true);
  }

  /** Reads up to and including a text, and nothing after it. */
  static String readThrough(Client client, String end) throws IOException {
    StringBuilder text = new StringBuilder();
    while (!text.toString().endsWith(end)) {
      String next = client.readText(1);
      assertEquals(1, next.length(), "end of file after: " + text);
      text.append(next);
    }
    return text.toString();
  }

  static void fifo(Path directory, String name) throws IOException, InterruptedException {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", name));
  }

  /**
   * Lets a command go on that reads a line from a FIFO. Only once for each FIFO: the command may
   * have opened it again before it is closed here.
   */
  static void open(Path directory, String fifo) throws IOException {
    Files.writeString(directory.resolve(fifo), "go\n");
  }
}
