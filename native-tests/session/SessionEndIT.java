package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Termios;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Screen;
import support.Server;
import support.Terminal;

/** However a session of {@code -p --connect} ends, what was asked of the terminal is undone. */
class SessionEndIT {

  /** The modes that vi, top and others set, and kitty's keyboard mode, on the other screen. */
  private static final String ASKED =
      "\033[?1049h\033[?1h\033=\033[?25l\033[?1003;1006;1004;2004h\033[5;9r\033[>1u";

  private static final String ATTACHED = "iosock: attached to ./s.sock; Ctrl-\\ detaches";

  @TempDir Path directory;

  /** The last line is what a shell would print next. */
  @ParameterizedTest
  @CsvSource({"CLOSE, 0", "TERM, 143", "HUP, 129", "INT, 130", "ALRM, 142", "40, 168"})
  void theScreenIsThatFromBefore(String how, int code) throws Exception {
    Iosock.script(directory);
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Screen screen = Screen.open(directory, 100, 30)) {
      String before = screen.modes();
      screen.type("./iosock -p --connect ./s.sock; echo code=$?").press("Enter");
      try (Client client = server.accept()) {
        screen.awaitLine(ATTACHED);
        client.send(ASKED + "\033[3;40Hpainted");
        screen.awaitLines(lines -> lines.stream().anyMatch(line -> line.endsWith("painted")));
        assertNotEquals(before, screen.modes());
        end(how, Proc.children(screen.shellPid()).getFirst(), client);
        screen.awaitLine("code=" + code);
        assertEquals(before, screen.modes());
        List<String> lines = screen.lines();
        int attached = lines.indexOf(ATTACHED);
        String next = how.equals("CLOSE") ? "iosock: closed by ./s.sock" : "code=" + code;
        assertEquals(next, lines.get(attached + 1), String.join("\n", lines));
      }
    }
  }

  /** A program that has not switched screens, as a shell: the cursor stays where it is. */
  @Test
  void theCursorStaysOnAScreenThatWasNotLeft() throws Exception {
    Iosock.script(directory);
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Screen screen = Screen.open(directory, 100, 30)) {
      screen.type("./iosock -p --connect ./s.sock; echo code=$?").press("Enter");
      try (Client client = server.accept()) {
        screen.awaitLine(ATTACHED);
        // To the other screen and back: a terminal remembers a cursor from then.
        client.send("first\r\n\033[?1049h\033[?1049lsecond\r\nthird\r\n");
        screen.awaitLine("third");
      }
      screen.awaitLine("code=0");
      List<String> lines = screen.lines();
      int attached = lines.indexOf(ATTACHED);
      assertEquals(
          List.of("first", "second", "third", "iosock: closed by ./s.sock", "code=0"),
          lines.subList(attached + 1, attached + 6));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"CLOSE", "TERM", "40"})
  void theSequencesAreTheSameForEveryEnd(String how) throws Exception {
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Terminal terminal = Terminal.open(24, 80)) {
      Attached attached = Attached.to(directory, terminal);
      try (Client client = server.accept()) {
        client.send("x");
        terminal.awaitText("x");
        end(how, attached.pid(), client);
        terminal.awaitText(Attached.RESET);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"CLOSE, dumb, true", "TERM, dumb, true", "CLOSE, xterm, false", "TERM, xterm, false"})
  void thereAreNoneForADumbTerminalOrASilentServer(String how, String type, boolean sends)
      throws Exception {
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Terminal terminal = Terminal.open(24, 80)) {
      Attached attached = Attached.under(directory, terminal, "env", "TERM=" + type);
      try (Client client = server.accept()) {
        if (sends) {
          client.send("x");
          terminal.awaitText("x");
        }
        end(how, attached.pid(), client);
        await().atMost(20, SECONDS).until(() -> Proc.isGone(attached.pid()));
        assertFalse(terminal.text().contains("\033"), terminal.text());
      }
    }
  }

  private static void end(String how, long iosock, Client client) throws Exception {
    if (how.equals("CLOSE")) {
      client.close();
    } else {
      Proc.signal(iosock, "-" + how);
    }
  }

  /** As one that was stopped, or whose window hangs. */
  @Test
  void aTerminalThatTakesNothingDoesNotKeepASignalFromEndingIt() throws Exception {
    Libc libc = new Libc();
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Terminal terminal = Terminal.open(24, 80)) {
      Attached attached = Attached.to(directory, terminal);
      try (Client client = server.accept()) {
        client.send("x");
        terminal.awaitText("x");
        int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
        int slave = libc.open(NativeBuffer.string(terminal.path().toString()), flags);
        assertEquals(0, libc.tcflow(slave, Termios.TCOOFF));
        Proc.signal(attached.pid(), "-TERM");
        await().atMost(10, SECONDS).until(() -> Proc.isGone(attached.pid()));
        libc.close(slave);
      }
    }
  }

  /** Else it would be attached without raw mode, and not a word would say so. */
  @Test
  void aTerminalWhoseSettingsCannotBeChangedIsOneErrorLine() throws Exception {
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Terminal terminal = Terminal.open(24, 80)) {
      List<String> line = Iosock.commandLine(List.of());
      line.addAll(0, List.of(Programs.compiled("refuse"), "tcsets", "1"));
      line.addAll(List.of("-p", "--connect", server.path().toString()));
      Process iosock = terminal.start(directory, line.toArray(String[]::new));
      assertEquals(125, Terminal.exitCode(iosock));
      String shown = terminal.awaitText("\n");
      assertEquals(
          "iosock: cannot change the settings of the terminal: Operation not permitted\r\n", shown);
      assertTrue(terminal.text().isEmpty(), terminal.text());
    }
  }
}
