package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import java.io.File;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Server;
import support.Terminal;
import support.Tool;

/** A terminal that may not be opened anew, as after su(1). */
class AnotherUsersTerminalIT {

  /** Root without the right to open any file. */
  private static final List<String> WITHOUT_RIGHTS =
      List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search");

  private static final int SIZE = 1 << 20;

  /** A byte at a time it would be one for each. */
  private static final int MAX_WRITES = SIZE / 8;

  @TempDir static Path scratch;
  @TempDir Path directory;

  @BeforeAll
  static void rightsCanBeDropped() throws Exception {
    Tool.require("setpriv", "util-linux");
    List<String> line = new ArrayList<>(WITHOUT_RIGHTS);
    line.add("true");
    Tool.requireToRun(Run.of(scratch, line.toArray(String[]::new)), "dropping rights needs root");
    Tool.requireThat(
        "root".equals(System.getProperty("user.name")), "changing a terminal's owner needs root");
  }

  /** Without a controlling terminal, /dev/tty cannot be opened either. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void bulkOutputIsShownFast(boolean isControlling) throws Exception {
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Terminal terminal = anothersTerminal()) {
      List<String> before = new ArrayList<>(WITHOUT_RIGHTS);
      if (!isControlling) {
        before.addAll(List.of("setsid", "--fork", "--wait"));
      }
      Attached attached = Attached.under(directory, terminal, before.toArray(String[]::new));
      try (Client client = server.accept()) {
        long iosock = iosockOf(attached.pid());
        String lines = lines();
        client.send(lines + "end");
        assertEquals(lines + "end", terminal.awaitText("end"));
        assertTrue(Proc.writes(iosock) < MAX_WRITES, Proc.writes(iosock) + " calls of write(2)");
      }
    }
  }

  /** A terminal in its usual mode changes newlines. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theConsoleIsWholeAndFast(boolean isControlling) throws Exception {
    Files.writeString(directory.resolve("lines"), lines());
    try (Terminal terminal = anothersTerminal()) {
      List<String> line = new ArrayList<>(WITHOUT_RIGHTS);
      if (!isControlling) {
        line.addAll(List.of("setsid", "--fork", "--wait"));
      }
      line.addAll(Iosock.commandLine(List.of()));
      line.addAll(List.of("./s.sock", "sh", "-c", "cat lines; printf end; exec sleep 1000"));
      Process started = terminal.start(directory, line.toArray(String[]::new));
      String expected = lines().replace("\n", "\r\n") + "end";
      assertEquals(expected, terminal.awaitText("end"));
      long writes = Proc.writes(iosockOf(started.pid()));
      assertTrue(writes < MAX_WRITES, writes + " calls of write(2)");
    }
  }

  /** Nothing waits for a terminal that takes nothing: a signal is handled all the same. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "yes",
        "while :; do printf 'abc\\tdef\\n\\n'; done",
        "while :; do printf '%0999d' 1; done",
        "tr '\\0' '\\n' </dev/zero",
      })
  void aTerminalThatNobodyReadsHoldsNothingUp(String script) throws Exception {
    Libc libc = new Libc();
    int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
    int master = libc.posix_openpt(flags);
    libc.grantpt(master);
    libc.unlockpt(master);
    int slave = libc.tiocgptpeer(master, flags);
    File path = Files.readSymbolicLink(Path.of("/proc/self/fd/" + slave)).toFile();
    own(path.toPath());
    List<String> line = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    line.addAll(WITHOUT_RIGHTS);
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("./s.sock", "sh", "-c", script));
    Process iosock =
        Forks.start(
            new ProcessBuilder(line)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectOutput(path)
                .redirectError(Redirect.INHERIT));
    try {
      // It is idle once the terminal is full, as the command never stops writing.
      Idle.awaitWhile(iosock.pid(), () -> libc.fionread(master) > 0);
      Proc.signal(iosock.pid(), "-TERM");
      assertTrue(iosock.waitFor(20, SECONDS), "it is still running");
      assertEquals(143, iosock.exitValue());
    } finally {
      Proc.killAll(Proc.tree(iosock.toHandle()));
      libc.close(slave);
      libc.close(master);
    }
  }

  private static Terminal anothersTerminal() throws Exception {
    Terminal terminal = Terminal.open(24, 80);
    own(terminal.path());
    return terminal;
  }

  private static void own(Path terminal) throws Exception {
    assertEquals(new Run(0, ""), Run.of(scratch, "chown", "65534", terminal.toString()));
    assertEquals(new Run(0, ""), Run.of(scratch, "chmod", "600", terminal.toString()));
  }

  /** The process itself or its child, where setsid(1) waits for it. */
  private static long iosockOf(long pid) {
    return Proc.tree(ProcessHandle.of(pid).orElseThrow()).stream()
        .mapToLong(ProcessHandle::pid)
        .filter(any -> Proc.program(any).endsWith("/java"))
        .findFirst()
        .orElseThrow();
  }

  private static String lines() {
    StringBuilder lines = new StringBuilder();
    for (int i = 0; lines.length() < SIZE; i++) {
      lines.append(i).append(" lines of a length that changes".repeat(i % 4)).append('\n');
    }
    return lines.toString();
  }
}
