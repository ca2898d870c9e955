package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Terminal;

/** {@code iosock -p --connect} on a terminal, once it is raw. */
final class Attached {

  /** The escape sequences that reset the terminal. */
  static final String RESET =
      "\033[?9;1000;1001;1002;1003;1004;1005;1006;1015;1016;2004l\033[?1l\033>"
          + "\0337\033[r\0338"
          + "\033[?1049h\033[<99u\033[=0u\033[?1049l\033[<99u\033[=0u"
          + "\033[>4;m\033[m\033[?25h";

  /** With the message, below the screen. */
  static final String DETACHED = RESET + "\033[999H\r\n" + "iosock: detached from ./s.sock\r\n";

  private static final String DETACH = "\u001c";

  private final Terminal terminal;
  private final Process process;

  private Attached(Terminal terminal, Process process) {
    this.terminal = terminal;
    this.process = process;
    terminal.awaitText("detaches\r\n");
    terminal.awaitRaw();
  }

  /** To {@code s.sock}. */
  static Attached to(Path directory, Terminal terminal) throws IOException {
    return new Attached(terminal, terminal.startIosock(directory, "-p", "--connect", "./s.sock"));
  }

  /**
   * @param command executes its arguments, as env(1) does
   */
  static Attached under(Path directory, Terminal terminal, String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of(command));
    all.addAll(Iosock.commandLine(List.of()));
    all.addAll(List.of("-p", "--connect", "./s.sock"));
    return new Attached(terminal, terminal.start(directory, all.toArray(String[]::new)));
  }

  long pid() {
    return process.pid();
  }

  void awaitIdle() {
    Idle.await(process.pid());
  }

  /** Returns once iosock has handled SIGWINCH and waits again. */
  void resizeAndAwaitNotice(int rows, int columns) throws IOException {
    long loop = Proc.mainThread(process.pid());
    String before = voluntarySwitches(loop);
    terminal.resize(rows, columns);
    await()
        .pollDelay(0, SECONDS)
        .pollInterval(Duration.ofNanos(100_000))
        .atMost(20, SECONDS)
        .until(() -> !voluntarySwitches(loop).equals(before));
  }

  private static String voluntarySwitches(long loop) {
    return Proc.status(loop, "voluntary_ctxt_switches");
  }

  /** Waits each time until iosock has handled the change. */
  void resizeAThousandTimes() throws IOException {
    for (int i = 0; i < 1000; i++) {
      resizeAndAwaitNotice(20 + i % 50, 60 + i % 70);
    }
  }

  /**
   * @return what was shown after the text that was awaited last
   */
  String detach() throws InterruptedException {
    terminal.type(DETACH);
    String shown = terminal.awaitText(DETACHED);
    assertEquals(0, Terminal.exitCode(process));
    return shown;
  }
}
