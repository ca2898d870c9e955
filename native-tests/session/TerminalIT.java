package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;
import support.Tool;

/** A command on a pseudo-terminal, with a socket. */
class TerminalIT {

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final String INTERRUPT = "\003";
  private static final String END = "\004";
  private static final String STOP = "\032";
  private static final String XOFF = "\023";

  /** With job control, and without a line editor. */
  private static final String[] SHELL = {
    "env", "PS1=$ ", "bash", "--norc", "--noprofile", "--noediting", "-i"
  };

  /**
   * Else two VMs that are process 1 and share /tmp collide on a file there, and print a warning.
   */
  private static final String NO_PERF_DATA = "-XX:-UsePerfData";

  @TempDir Path directory;

  @Test
  void theCommandLeadsASessionOnItsOwnTerminal() throws Exception {
    Tool.require("ps", "procps");
    String script = "ps -o pid=,pgid=,sid=,tpgid=,tty= -p $$; tty; tty <&1; tty <&2";
    try (Iosock iosock = start("sh", "-c", script)) {
      assertEquals(0, iosock.exitCode());
      String[] lines = iosock.output().split("\r\n");
      String[] session = lines[0].strip().split(" +");
      String command = session[0];
      String terminal = session[4];
      assertTrue(terminal.startsWith("pts/"), terminal);
      assertEquals(List.of(command, command, command, command, terminal), List.of(session));
      for (int fd = 0; fd <= 2; fd++) {
        assertEquals("/dev/" + terminal, lines[1 + fd]);
      }
    }
  }

  @Test
  void theCommandHasOnlyItsTerminalAndInheritedDescriptors() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-d7")
            .startOnTerminal(Programs.compiled("probe"))) {
      assertEquals(0, iosock.exitCode());
      assertEquals(
          List.of("descriptor 7 /dev/null"),
          iosock.output().lines().filter(line -> line.startsWith("descriptor")).toList());
    }
  }

  @Test
  void ifIosockHasNoTerminalTheCommandsHasDefaultSettings() throws Exception {
    try (Iosock iosock = start("sh", "-c", "stty size; stty -a")) {
      assertEquals(0, iosock.exitCode());
      String settings = iosock.output();
      assertTrue(settings.startsWith("24 80\r\n"), settings);
      assertTrue(settings.contains("intr = ^C;"), settings);
      assertTrue(settings.contains("erase = ^?;"), settings);
      assertTrue(settings.contains(" iutf8"), settings);
      assertFalse(settings.contains("-iutf8"), settings);
    }
  }

  @Test
  void theSettingsAreCopiedFromIosocksTerminal() throws Exception {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("sh", "-c", "stty erase ^H intr ^X -iutf8; exec \"$@\"", "sh"));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("-p", "s.sock", "sh", "-c", "stty size; stty -a"));
    try (Terminal terminal = Terminal.open(31, 101)) {
      Process iosock = terminal.start(directory, line.toArray(String[]::new));
      terminal.awaitText("31 101\r");
      terminal.awaitText("intr = ^X;");
      terminal.awaitText("erase = ^H;");
      terminal.awaitText("-iutf8");
      assertEquals(0, Terminal.exitCode(iosock));
    }
  }

  @Test
  void theSizeIsThatOfIosocksTerminalWhileNoClientHasOne() throws Exception {
    try (Terminal own = Terminal.open(31, 101);
        Terminal remote = Terminal.open(42, 142)) {
      own.startIosock(directory, "-p", "s.sock", Programs.compiled("printsizes"));
      own.awaitText("31x101\r");
      own.resize(32, 102);
      own.awaitText("32x102\r");
      try (Client client = Client.connect(directory.resolve("s.sock"))) {
        own.resize(33, 103);
        client.readUntil("33x103\r\n");
      }
      Process client = remote.startIosock(directory, "-p", "--connect", "s.sock");
      remote.awaitText("42x142\r\n");
      own.resize(34, 104);
      String shown = remote.awaitText("x1");
      remote.awaitText("42\r\n");
      assertTrue(shown.endsWith("42x1"), shown);
      remote.resize(43, 143);
      remote.awaitText("43x143\r\n");
      client.destroyForcibly();
      assertEquals(128 + SIGKILL, Terminal.exitCode(client));
      awaitFollowed(own);
    }
  }

  /**
   * Resizes until the size is followed again: iosock has noticed by then that the client is gone.
   */
  private static void awaitFollowed(Terminal terminal) {
    AtomicInteger rows = new AtomicInteger(50);
    await()
        .atMost(20, SECONDS)
        .until(
            () -> {
              terminal.resize(rows.getAndIncrement(), 100);
              return terminal.text().contains("x100\r");
            });
  }

  @Test
  void ctrlCInterruptsTheCommand() throws Exception {
    String script = "trap 'echo inter''rupted; exit 4' INT; cat";
    try (Iosock iosock = start("sh", "-c", script);
        Client client = iosock.awaitListening().connect()) {
      awaitCat(client);
      client.send(INTERRUPT).readUntil("interrupted\r\n");
      assertEquals(4, iosock.exitCode());
    }
  }

  @Test
  void ctrlDEndsTheInput() throws Exception {
    try (Iosock iosock = start("sh", "-c", "cat; echo over; cat; exit 5");
        Client client = iosock.awaitListening().connect()) {
      awaitCat(client);
      client.send(END).readUntil("over\r\n");
      awaitCat(client);
      assertEquals("", client.send(END).readAllText());
      assertEquals(5, iosock.exitCode());
    }
  }

  /** The terminal echoes the line, and then cat prints it. */
  private static void awaitCat(Client client) throws IOException {
    client.send("word\n").readUntil("word\r\nword\r\n");
  }

  @Test
  void ctrlZStopsAJobAndFgContinuesIt() throws Exception {
    try (Iosock iosock = start(SHELL);
        Terminal terminal = Terminal.open(24, 80)) {
      iosock.awaitListening();
      Process client = terminal.startIosock(directory, "-p", "--connect", "s.sock");
      terminal.awaitText("detaches");
      terminal.awaitRaw();
      terminal.type("sh -c 'echo rea\"\"dy; exec cat'\n").awaitText("ready\r\n");
      terminal.type(STOP).awaitText("Stopped");
      terminal.awaitText("$ ");
      terminal.type("fg\n").awaitText("exec cat'\r\n");
      terminal.type("again\n").awaitText("again\r\nagain\r\n");
      terminal.type(END).awaitText("$ ");
      terminal.type("exit 6\n");
      assertEquals(6, iosock.exitCode());
      assertEquals(0, Terminal.exitCode(client));
    }
  }

  @Test
  void anInteractiveShellHasJobControl() throws Exception {
    try (Iosock iosock = start(SHELL);
        Client client = iosock.awaitListening().connect()) {
      String shown = client.send("echo $((20+3))x; exit 5\n").readAllText();
      assertEquals(5, iosock.exitCode());
      String all = iosock.output() + shown;
      assertTrue(all.contains("23x\r\n"), all);
      assertFalse(all.contains("no job control"), all);
      assertFalse(all.contains("cannot set terminal process group"), all);
    }
  }

  @Test
  void theNextClientReachesTheSameShell() throws Exception {
    try (Iosock iosock = start(SHELL).awaitListening()) {
      try (Client client = iosock.connect()) {
        client.send("x=ke; y=pt; echo $((20+3))x\n").readUntil("23x\r\n");
      }
      try (Client client = iosock.connect()) {
        client.send("echo $x$y; exit 3\n").readUntil("kept\r\n");
      }
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void withoutAClientOutputGoesToTheConsole() throws Exception {
    try (Iosock iosock = start("sh", "-c", "echo out; echo err >&2; exit 7")) {
      assertEquals(7, iosock.exitCode());
      assertEquals("out\r\nerr\r\n", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void theExitCodeIsTheCommands() throws Exception {
    try (Iosock iosock = start("sh", "-c", "kill -9 $$")) {
      assertEquals(128 + SIGKILL, iosock.exitCode());
    }
    try (Iosock iosock = start("nosuch")) {
      assertEquals(127, iosock.exitCode());
      assertEquals("iosock: cannot run nosuch: No such file or directory\n", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
    }
    try (Iosock iosock = start("/")) {
      assertEquals(126, iosock.exitCode());
      assertEquals("iosock: cannot run /: Permission denied\n", iosock.errors());
    }
  }

  @RepeatedTest(20)
  void finalOutputReachesTheClientThoughAGrandchildKeepsWriting() throws Exception {
    String script = "trap '' HUP; yes noise & read x; echo last line; exit 9";
    try (Iosock iosock = start("sh", "-c", script);
        Client client = iosock.awaitListening().connect()) {
      client.send("go\n").readUntil("last line\r\n");
      client.readAll();
      assertEquals(9, iosock.exitCode());
    }
  }

  @Test
  void aGrandchildThatBlocksInWriteDoesNotDelayTheExit() throws Exception {
    try (Iosock iosock = start("sh", "-c", "trap '' HUP; yes noise & read x; exit 9");
        Client client = iosock.awaitListening().connect()) {
      client.send(XOFF + "go\n").readAll();
      assertEquals(9, iosock.exitCode());
    }
  }

  @RepeatedTest(20)
  void finalOutputReachesTheConsole() throws Exception {
    try (Iosock iosock = start("sh", "-c", "head -c 100000 /dev/zero; echo last line; exit 9")) {
      assertEquals(9, iosock.exitCode());
      assertEquals("\0".repeat(100_000) + "last line\r\n", iosock.output());
    }
  }

  @Test
  void aCommandMayCloseItsTerminalAndReopenIt() throws Exception {
    fifo("gate");
    String script = "exec </dev/null >/dev/null 2>&1; : >closed; read x <gate; echo back >/dev/tty";
    try (Iosock iosock = start("sh", "-c", script);
        Client client = iosock.awaitListening().connect()) {
      Idle.awaitWhile(iosock.pid(), () -> Files.exists(directory.resolve("closed")));
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals("back\r\n", client.readAllText());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void aTerminalThatWasHungUpMayBeReopened() throws Exception {
    requireRoot();
    fifo("gate");
    try (Iosock iosock = start(Programs.compiled("hangup"), "gate");
        Client client = iosock.awaitListening().connect()) {
      // The command opens the gate only after it has called vhangup.
      Path gate = directory.resolve("gate");
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(iosock.awaitCommand().commandPid()) == 'S');
      Files.writeString(gate, "open\n");
      client.readUntil("back\r\n");
      awaitCat(client);
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({"HUP, HUP", "INT, TERM", "QUIT, QUIT", "USR1, USR1", "TERM, TERM", "CONT, CONT"})
  void signalsToIosockReachTheCommand(String sent, String received) throws Exception {
    try (Iosock iosock = start(Programs.compiled("printsignals"))) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\r\n"));
      Proc.signal(iosock.pid(), "-" + sent);
      String expected = "ready\r\n" + received + "\r\n";
      await().atMost(20, SECONDS).until(() -> iosock.output().equals(expected));
    }
  }

  @Test
  void noProcessIsLeftRunningOnTheTerminal() throws Exception {
    try (Iosock iosock = start("sh", "-c", "sleep 1000 & echo $!; wait")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().endsWith("\n"));
      long sleeping = Long.parseLong(iosock.output().strip());
      assertTrue(Proc.exists(sleeping));
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      await().atMost(20, SECONDS).until(() -> Proc.program(sleeping).isEmpty());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void theTerminalHangsUpWhenIosockIsKilled() throws Exception {
    try (Iosock iosock = start("sleep", "1000").awaitCommand()) {
      long command = iosock.commandPid();
      iosock.signal(SIGKILL);
      assertEquals(128 + SIGKILL, iosock.exitCode());
      await().atMost(20, SECONDS).until(() -> Proc.program(command).isEmpty());
    }
  }

  @Test
  void asProcessOneItReapsOrphans() throws Exception {
    requireRoot();
    Tool.require("unshare", "util-linux");
    Tool.require("ps", "procps");
    String script =
        "for i in $(seq 50); do (sh -c 'exit 3' & sh -c 'kill -9 $$' & exec true) & done; wait;"
            + " echo ready; read x; ps -e -o pid=,stat=,comm=; exit 7";
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "-pf", "--kill-child", "--mount-proc")
            .withJava(NO_PERF_DATA)
            .startOnTerminal("sh", "-c", script)
            .awaitListening()) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\r\n"));
      long init = Proc.children(iosock.pid()).getFirst();
      await().atMost(20, SECONDS).until(() -> Proc.children(init).size() == 1);
      try (Client client = iosock.connect()) {
        String processes = client.send("go\n").readAllText().replaceFirst("go\r\n", "");
        assertFalse(processes.contains("Z"), processes);
        assertEquals(3, processes.lines().count(), processes);
      }
      assertEquals(7, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "true, No such file or directory",
    ": >/dev/ptmx, Invalid argument",
  })
  void withoutPseudoTerminalsItFailsWithAnErrorLine(String setup, String reason) throws Exception {
    requireRoot();
    Tool.require("unshare", "util-linux");
    String hide = "mount -t tmpfs none /dev && " + setup + " && exec \"$@\"";
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "-m", "sh", "-c", hide, "sh")
            .startOnTerminal("touch", "started")) {
      assertEquals(125, iosock.exitCode());
      assertEquals("iosock: cannot open a pseudo-terminal: " + reason + "\n", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
      assertFalse(Files.exists(directory.resolve("started")));
    }
  }

  private Iosock start(String... command) throws IOException {
    return Iosock.in(directory).startOnTerminal(command);
  }

  private void fifo(String name) throws IOException, InterruptedException {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", name));
  }

  private void requireRoot() throws IOException, InterruptedException {
    Tool.requireThat(Run.of(directory, "id", "-u").output().equals("0\n"), "this needs root");
  }
}
