package session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Terminal;
import support.Tool;

/** Keys of the terminal on which iosock itself runs: one key is one signal. */
class TerminalKeysIT {

  private static final String INTERRUPT = "\003";
  private static final String QUIT = "\034";

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"./s.sock", "-"})
  void aKeySendsOneSignalToACommandInTheForeground(String socket) throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process iosock = terminal.startIosock(directory, socket, Programs.compiled("printsignals"));
      terminal.awaitText("ready\r\n");
      assertEquals("^CINT\r\n^\\QUIT\r\n^CINT\r\n", afterKeys(terminal, iosock.pid()));
      terminal.resize(30, 90);
      assertEquals("WINCH\r\n", shown(terminal, iosock.pid()));
    }
  }

  /** With job control, iosock and the command are a process group of their own. */
  @Test
  void aKeySendsOneSignalToAJobOfAShell() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      String line = "'" + String.join("' '", Iosock.commandLine(List.of())) + "'";
      terminal.type(line + " ./s.sock " + Programs.compiled("printsignals") + "\r");
      terminal.awaitText("ready\r\n");
      long iosock = Proc.children(shell.pid()).getFirst();
      assertEquals("^CINT\r\n^\\QUIT\r\n^CINT\r\n", afterKeys(terminal, iosock));
    }
  }

  /** It is not in the terminal's foreground process group. */
  @ParameterizedTest
  @CsvSource({"./s.sock, setsid", "-p ./s.sock, env"})
  void aKeyIsPassedOnToACommandInAnotherGroup(String arguments, String before) throws Exception {
    Tool.require("setsid", "util-linux");
    try (Terminal terminal = Terminal.open(24, 80)) {
      String command = arguments + " " + before + " " + Programs.compiled("printsignals");
      Process iosock = terminal.startIosock(directory, command.split(" "));
      terminal.awaitText("ready");
      terminal.awaitText("\n");
      assertEquals("^CTERM\r\n^\\QUIT\r\n^CTERM\r\n", afterKeys(terminal, iosock.pid()));
    }
  }

  @Test
  void theExitCodeIsThatOfACommandThatTheKeyHasKilled() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String script = "trap 'exit 7' INT TERM; echo ready; while :; do sleep 0.1; done";
      Process iosock = terminal.startIosock(directory, "./s.sock", "sh", "-c", script);
      terminal.awaitText("ready\r\n");
      terminal.type(INTERRUPT);
      assertEquals(7, Terminal.exitCode(iosock));
      assertFalse(Files.exists(directory.resolve("s.sock")));
    }
  }

  /** When it hangs up, the kernel sends SIGHUP to the session's leader alone. */
  @Test
  void aHangupIsPassedOnByTheLeaderOfTheSession() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String hangUp = "'" + Programs.compiled("hangup") + "' gate <" + terminal.path() + " & ";
      String script =
          "trap 'echo HUP >>got; exit 0' HUP; " + hangUp + "while :; do sleep 0.1; done";
      Process iosock = terminal.startIosock(directory, "./s.sock", "sh", "-c", script);
      assertEquals(0, Terminal.exitCode(iosock));
      assertEquals("HUP\n", Files.readString(directory.resolve("got")));
    }
  }

  private static String afterKeys(Terminal terminal, long iosock) {
    StringBuilder shown = new StringBuilder();
    for (String key : new String[] {INTERRUPT, QUIT, INTERRUPT}) {
      terminal.type(key);
      shown.append(shown(terminal, iosock));
    }
    return shown.toString();
  }

  /**
   * What is shown until iosock has nothing more to do: a line at least. A second terminal on the
   * way has a carriage return of its own.
   */
  private static String shown(Terminal terminal, long iosock) {
    String line = terminal.awaitText("\n");
    Idle.await(iosock);
    String rest = terminal.text();
    return (line + (rest.isEmpty() ? "" : terminal.awaitText(rest))).replace("\r\r\n", "\r\n");
  }
}
