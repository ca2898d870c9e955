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
 * Sessions that are put together from parts: a shell on the terminal of one iosock, a socket that
 * another one serves, and something between them.
 */
class CompositionIT {

  private static final String DETACH = "\u001c";
  private static final String INTERRUPT = "\u0003";
  private static final String END_OF_FILE = "\u0004";

  private static final int LINES = 40_000;
  private static final int PASTED = 200_000;

  @TempDir Path directory;

  /** Of an abstract socket, which every test on the machine shares. */
  private final String name = "@iosock-" + ProcessHandle.current().pid() + "-" + System.nanoTime();

  @Test
  void throughFifosAShellOutlivesWhoDetaches() throws Exception {
    try (Line line = startFifos()) {
      assertOutlivesWhoDetaches();
      assertTrue(line.isRunning());
    }
  }

  @Test
  void throughFifosAShellOutlivesAClientThatIsKilled() throws Exception {
    try (Line line = startFifos();
        Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      String shell = processIn(first);
      first.type("x=kept\r");
      assertEquals(shell, processIn(first));
      client.destroyForcibly().waitFor();
      attach(second);
      assertEquals(shell, processIn(second));
      assertEquals("kept", valueIn(second, "$x"));
      assertTrue(line.isRunning());
    }
  }

  @Test
  void throughFifosAnInterruptEndsWhatTheShellRunsAndAnEndOfFileEverything() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      long shell = Long.parseLong(processIn(terminal));
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> sleeps(shell));
      terminal.type(INTERRUPT);
      assertEquals("" + (128 + 2), valueIn(terminal, "$?"));
      terminal.type(END_OF_FILE);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(0, line.exitCode());
      assertEquals("cat 0, iosock 0, serve 0\n", line.output());
      assertNobodyListens();
    }
  }

  @Test
  void throughFifosTheShellsLastWordsWaitForWhoComesNext() throws Exception {
    Path gate = directory.resolve("gate");
    try (Line line = startFifos();
        Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      long shell = Long.parseLong(processIn(first));
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

  /** What runs there does not read, and so it is not an end of input that ends it. */
  @Test
  void throughFifosTheShellIsHungUpWhenTheServerIsKilled() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      long shell = Long.parseLong(processIn(terminal));
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> sleeps(shell));
      List<Long> sleeping = Proc.children(shell);
      Proc.signal(line.process("--serve"), 9);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(0, line.exitCode());
      assertTrue(line.output().endsWith("cat 0, iosock 129, serve 137\n"), line.output());
      assertFalse(Proc.exists(shell), "the shell is still there");
      await().atMost(20, SECONDS).until(() -> sleeping.stream().noneMatch(Proc::exists));
      assertNobodyListens();
    }
  }

  @Test
  void throughFifosNothingSpinsWhileNobodyIsThere() throws Exception {
    try (Line line = startFifos();
        Terminal terminal = Terminal.open(24, 80)) {
      Process client = attach(terminal);
      processIn(terminal);
      terminal.type(DETACH);
      assertEquals(0, Terminal.exitCode(client));
      List<Long> processes = line.processes();
      assertEquals(4, processes.size());
      long ticks = ticks(processes);
      await().during(2, SECONDS).atMost(20, SECONDS).until(line::isRunning);
      long used = ticks(processes) - ticks;
      assertTrue(used < 40, "ticks of CPU time while nobody is there: " + used);
    }
  }

  @Test
  void throughFifosBulkIsWhole() throws Exception {
    try (Line line = startFifos()) {
      assertBulkIsWhole();
      assertTrue(line.isRunning());
    }
  }

  /** As a person types it, whose terminal the three processes share. */
  @Test
  void fifosInATerminalEndWithAnInterruptThere() throws Exception {
    Iosock.script(directory);
    try (Terminal host = Terminal.open(30, 100);
        Terminal terminal = Terminal.open(24, 80)) {
      host.startShell(directory);
      host.type(fifos() + "\r");
      awaitListening();
      Process client = attach(terminal);
      long shell = Long.parseLong(processIn(terminal));
      assertEquals("30 100", valueIn(terminal, "$(stty size)"));
      host.type(INTERRUPT);
      terminal.awaitText("closed by " + name);
      assertEquals(0, Terminal.exitCode(client));
      host.type("echo $((40+2)) left\r");
      host.awaitText("42 left");
      await().atMost(20, SECONDS).until(() -> !Proc.exists(shell));
      assertNobodyListens();
    }
  }

  @Test
  void throughCurveCpAShellOutlivesWhoDetachesAndEndsForBoth() throws Exception {
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name)) {
      String shell = assertOutlivesWhoDetaches();
      try (Terminal terminal = Terminal.open(24, 80)) {
        Process client = attach(terminal);
        assertEquals(shell, processIn(terminal));
        terminal.type("exit\r");
        terminal.awaitText("closed by " + name);
        assertEquals(0, Terminal.exitCode(client));
      }
      assertEquals(0, line.exitCode());
      assertEquals("", line.output());
      assertNobodyListens();
      await().atMost(20, SECONDS).until(() -> server.processes() == 0);
    }
  }

  @Test
  void throughCurveCpBulkIsWhole() throws Exception {
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name)) {
      assertBulkIsWhole();
      assertTrue(line.isRunning());
    }
  }

  @Test
  void everyClientOfCurveCpHasAShellOfItsOwn() throws Exception {
    String other = name + "-other";
    try (CurveCp server = new CurveCp(directory);
        Line line = server.connect(name);
        Line otherLine = server.connect(other);
        Terminal terminal = Terminal.open(24, 80);
        Terminal otherTerminal = Terminal.open(24, 80)) {
      attach(terminal);
      attach(otherTerminal, other);
      assertNotEquals(processIn(terminal), processIn(otherTerminal));
      terminal.type("exit\r");
      assertEquals(0, line.exitCode());
      assertEquals("still here", valueIn(otherTerminal, "still here"));
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

  private void assertNobodyListens() {
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
   * @return what an expression is in the shell that is reached
   */
  private static String valueIn(Terminal terminal, String expression) {
    // Typed, it is not what is shown.
    terminal.type("echo \"is\"\"=" + expression + ";\"\r");
    terminal.awaitText("is=");
    String value = terminal.awaitText(";");
    return value.substring(0, value.length() - 1);
  }

  private static String processIn(Terminal terminal) {
    return valueIn(terminal, "$$");
  }

  /**
   * @return the number of the shell's process
   */
  private String assertOutlivesWhoDetaches() throws Exception {
    try (Terminal first = Terminal.open(24, 80);
        Terminal second = Terminal.open(24, 80)) {
      Process client = attach(first);
      String shell = processIn(first);
      first.type("x=kept\r");
      first.type(DETACH);
      first.awaitText("detached from " + name);
      assertEquals(0, Terminal.exitCode(client));
      client = attach(second);
      assertEquals(shell, processIn(second));
      assertEquals("kept", valueIn(second, "$x"));
      second.type(DETACH);
      assertEquals(0, Terminal.exitCode(client));
      return shell;
    }
  }

  private void assertBulkIsWhole() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      attach(terminal);
      assertOutputIsWhole(terminal);
      assertInputIsWhole(terminal);
    }
  }

  private static void assertOutputIsWhole(Terminal terminal) {
    terminal.type("stty -echo; echo st''art; seq " + LINES + "; echo e''nd\r");
    terminal.awaitText("start\r\n");
    String expected =
        IntStream.rangeClosed(1, LINES).mapToObj(i -> i + "\r\n").collect(Collectors.joining());
    assertEquals(expected + "end", terminal.awaitText("end"));
  }

  /** Of every byte but the one that detaches. */
  private void assertInputIsWhole(Terminal terminal) throws Exception {
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

  private static boolean sleeps(long shell) {
    return Proc.children(shell).stream().anyMatch(child -> Proc.program(child).endsWith("/sleep"));
  }

  private static long ticks(List<Long> processes) {
    return processes.stream().mapToLong(Proc::ticks).sum();
  }
}
