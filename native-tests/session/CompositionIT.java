package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Bytes;
import support.Iosock;
import support.Line;
import support.Proc;
import support.Terminal;

/**
 * Sessions of several processes: a shell on the pseudo-terminal of one iosock, a socket that
 * another iosock serves, and FIFOs or CurveCP between the two.
 */
class CompositionIT {

  private static final String DETACH = "\u001c";
  private static final String INTERRUPT = "\u0003";
  private static final String END_OF_FILE = "\u0004";

  private static final int LINES = 40_000;
  private static final int PASTED = 200_000;

  @TempDir Path directory;

  /** An abstract socket, whose name must differ from all others on the machine. */
  private final String name = "@iosock-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

  @Test
  void throughFifosAShellSurvivesDetaching() throws Exception {
    try (Line line = startFifos()) {
      assertShellSurvivesDetaching();
      assertTrue(line.isRunning());
    }
  }

  @Test
  void throughFifosAShellSurvivesAKilledClient() throws Exception {
    try (Line line = startFifos();
        Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      String shell = shellPid(first);
      first.type("x=kept\r");
      assertEquals(shell, shellPid(first));
      client.destroyForcibly().waitFor();
      attach(second);
      assertEquals(shell, shellPid(second));
      assertEquals("kept", evaluate(second, "$x"));
      assertTrue(line.isRunning());
    }
  }

  @Test
  void throughFifosCtrlCEndsTheShellsJobAndCtrlDEndsEverything() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      long shell = Long.parseLong(shellPid(terminal));
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> runsSleep(shell));
      terminal.type(INTERRUPT);
      assertEquals("" + (128 + 2), evaluate(terminal, "$?"));
      // Typed earlier it meets the terminal in canonical mode, and readline then reads a NUL.
      terminal.awaitText("bash-");
      terminal.type(END_OF_FILE);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(0, line.exitCode());
      assertEquals("cat 0, iosock 0, serve 0\n", line.output());
      assertNotListening();
    }
  }

  @Test
  void throughFifosTheShellsFinalOutputWaitsForTheNextClient() throws Exception {
    Path gate = directory.resolve("gate");
    try (Line line = startFifos();
        Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      long shell = Long.parseLong(shellPid(first));
      first.type("mkfifo gate; read x <gate; echo last $((40+2)); exit 3\r");
      await().atMost(20, SECONDS).until(() -> Files.exists(gate));
      first.type(DETACH);
      assertEquals(0, Terminal.exitCode(client));
      Files.writeString(gate, "open\n", StandardOpenOption.WRITE);
      await().atMost(20, SECONDS).until(() -> !Proc.exists(shell));
      client = second.startIosock(directory, "-p", "--connect", name);
      second.awaitText("last 42");
      second.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(0, line.exitCode());
      assertEquals("cat 0, iosock 3, serve 0\n", line.output());
    }
  }

  /** sleep does not read: so it is not the end of input that ends it. */
  @Test
  void throughFifosTheShellIsHungUpWhenTheServerIsKilled() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      long shell = Long.parseLong(shellPid(terminal));
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> runsSleep(shell));
      List<Long> sleeping = Proc.children(shell);
      Proc.signal(line.process("--serve"), 9);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(0, line.exitCode());
      assertTrue(line.output().endsWith("cat 0, iosock 129, serve 137\n"), line.output());
      assertFalse(Proc.exists(shell), "the shell is still running");
      await().atMost(20, SECONDS).until(() -> sleeping.stream().noneMatch(Proc::exists));
      assertNotListening();
    }
  }

  @Test
  void throughFifosAllProcessesAreIdleWithoutAClient() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      shellPid(terminal);
      terminal.type(DETACH);
      assertEquals(0, Terminal.exitCode(client));
      List<Long> processes = line.processes();
      assertEquals(4, processes.size());
      long ticks = ticks(processes);
      await().during(2, SECONDS).atMost(20, SECONDS).until(line::isRunning);
      long used = ticks(processes) - ticks;
      assertTrue(used < 40, "ticks of CPU time without a client: " + used);
    }
  }

  @Test
  void throughFifosBulkDataIsComplete() throws Exception {
    try (Line line = startFifos()) {
      assertBulkDataIsComplete();
      assertTrue(line.isRunning());
    }
  }

  /** Typed at a shell's prompt, so that all of the pipeline has the shell's terminal. */
  @Test
  void onATerminalCtrlCEndsTheWholePipeline() throws Exception {
    Iosock.script(directory);
    try (Terminal host = Terminal.open(30, 100);
        Terminal terminal = Terminal.open(24, 80)) {
      host.startShell(directory);
      host.type(fifos() + "\r");
      awaitListening();
      Process client = attach(terminal);
      long shell = Long.parseLong(shellPid(terminal));
      assertEquals("30 100", evaluate(terminal, "$(stty size)"));
      host.type(INTERRUPT);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      host.type("echo $((40+2)) left\r");
      host.awaitText("42 left");
      await().atMost(20, SECONDS).until(() -> !Proc.exists(shell));
      assertNotListening();
    }
  }

  @Test
  void throughCurveCpAShellSurvivesDetachingAndItsExitEndsBothSides() throws Exception {
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name)) {
      String shell = assertShellSurvivesDetaching();
      try (Terminal terminal = Terminal.open(24, 80)) {
        Process client = attach(terminal);
        assertEquals(shell, shellPid(terminal));
        terminal.type("exit\r");
        terminal.awaitText("closed by " + name);
        assertEquals(0, Terminal.exitCode(client));
      }
      assertEquals(0, line.exitCode());
      assertEquals("", line.output());
      assertNotListening();
      await().atMost(20, SECONDS).until(() -> server.processes() == 0);
    }
  }

  @Test
  void throughCurveCpBulkDataIsComplete() throws Exception {
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name)) {
      assertBulkDataIsComplete();
      assertTrue(line.isRunning());
    }
  }

  @Test
  void everyCurveCpClientHasItsOwnShell() throws Exception {
    String other = name + "-other";
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name);
        Line otherLine = server.connect(other);
        Terminal terminal = Terminal.open(24, 80);
        Terminal otherTerminal = Terminal.open(24, 80)) {
      attach(terminal);
      attach(otherTerminal, other);
      assertNotEquals(shellPid(terminal), shellPid(otherTerminal));
      terminal.type("exit\r");
      assertEquals(0, line.exitCode());
      assertEquals("still here", evaluate(otherTerminal, "still here"));
      assertTrue(otherLine.isRunning());
    }
  }

  private String fifos() {
    return "mkfifo to_pty; cat to_pty | ./iosock -p - bash --norc | ./iosock --serve "
        + name
        + " >to_pty";
  }

  private Line startFifos() throws Exception {
    String codes =
        "; codes=(${PIPESTATUS[@]});"
            + " echo cat ${codes[0]}, iosock ${codes[1]}, serve ${codes[2]}; exit 0";
    Line line = Line.start(directory, fifos() + codes);
    awaitListening();
    return line;
  }

  private void awaitListening() {
    await().atMost(20, SECONDS).until(() -> Proc.isListening(name));
  }

  private void assertNotListening() {
    await().atMost(20, SECONDS).until(() -> !Proc.isListening(name));
  }

  private Process attach(Terminal terminal) throws Exception {
    return attach(terminal, name);
  }

  private Process attach(Terminal terminal, String socket) throws Exception {
    Process client = terminal.startIosock(directory, "-p", "--connect", socket);
    terminal.awaitText("iosock: attached to " + socket + "; Ctrl-\\ detaches\r\n");
    terminal.awaitRaw();
    return client;
  }

  /**
   * @return the value of an expression in the attached shell
   */
  private static String evaluate(Terminal terminal, String expression) {
    // Quoted so that the terminal's echo of this line does not match.
    terminal.type("echo \"is\"\"=" + expression + ";\"\r");
    terminal.awaitText("is=");
    String value = terminal.awaitText(";");
    return value.substring(0, value.length() - 1);
  }

  private static String shellPid(Terminal terminal) {
    return evaluate(terminal, "$$");
  }

  /**
   * @return the shell's process ID
   */
  private String assertShellSurvivesDetaching() throws Exception {
    try (Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      String shell = shellPid(first);
      first.type("x=kept\r");
      first.type(DETACH);
      first.awaitText("detached from " + name);
      assertEquals(0, Terminal.exitCode(client));
      client = attach(second);
      assertEquals(shell, shellPid(second));
      assertEquals("kept", evaluate(second, "$x"));
      second.type(DETACH);
      assertEquals(0, Terminal.exitCode(client));
      return shell;
    }
  }

  private void assertBulkDataIsComplete() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      attach(terminal);
      assertOutputIsComplete(terminal);
      assertInputIsComplete(terminal);
    }
  }

  private static void assertOutputIsComplete(Terminal terminal) {
    terminal.type("stty -echo; echo st''art; seq " + LINES + "; echo e''nd\r");
    terminal.awaitText("start\r\n");
    String expected =
        IntStream.rangeClosed(1, LINES).mapToObj(i -> i + "\r\n").collect(Collectors.joining());
    assertEquals(expected + "end", terminal.awaitText("end"));
  }

  /** With every byte value except the detach key's. */
  private void assertInputIsComplete(Terminal terminal) throws Exception {
    byte[] pasted = Bytes.random(PASTED, 7);
    for (int i = 0; i < PASTED; i++) {
      pasted[i] = pasted[i] == DETACH.charAt(0) ? 0 : pasted[i];
    }
    terminal.type("stty raw; echo re''ady; head -c " + PASTED + " >pasted; echo ta''ken\r");
    terminal.awaitText("ready\n");
    terminal.type(pasted);
    terminal.awaitText("taken");
    assertArrayEquals(pasted, Files.readAllBytes(directory.resolve("pasted")));
  }

  private static boolean runsSleep(long shell) {
    return Proc.children(shell).stream().anyMatch(child -> Proc.program(child).endsWith("/sleep"));
  }

  private static long ticks(List<Long> processes) {
    return processes.stream().mapToLong(Proc::ticks).sum();
  }
}
