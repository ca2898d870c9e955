package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Server;
import support.Terminal;

/** {@code -p --connect} on a terminal: attaching and detaching. */
class AttachIT {

  private static final String DETACH = "\u001c";
  private static final String ATTACHED = "iosock: attached to ./s.sock; Ctrl-\\ detaches\r\n";

  private static final String DETACHED = Attached.DETACHED;

  /** Printed if the server closed without sending anything. */
  private static final String CLOSED_SILENTLY =
      "iosock: closed by ./s.sock without sending anything; is another client connected?\r\n";

  private static final String CLOSED = Attached.RESET + "iosock: closed by ./s.sock\r\n";

  @TempDir Path directory;

  // Attaching and detaching.

  @Test
  void theTerminalIsRawWhileAttachedAndRestoredAfterDetaching() throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      assertEquals(ATTACHED, session.firstLine);
      assertFalse(session.isRestored());
      session.terminal.type(DETACH);
      assertEquals("", client.readAllText());
      assertEquals(DETACHED + "code=0", session.awaitExit());
    }
  }

  /** A dumb terminal would show them as text. */
  @Test
  void aDumbTerminalGetsNoEscapeSequences() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Attached.under(directory, terminal, "env", "TERM=dumb");
      try (Client client = server.accept()) {
        terminal.type(DETACH);
        assertEquals("", client.readAllText());
        String shown = terminal.awaitText("iosock: detached from ./s.sock\r\n");
        assertFalse(shown.contains("\033"), shown);
      }
    }
  }

  @Test
  void itExitsWhenTheServerCloses() throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory)) {
      try (Client client = server.accept()) {
        client.send("last line\r\n");
      }
      assertEquals("last line\r\n" + CLOSED + "code=0", session.awaitExit());
    }
  }

  @Test
  void itExitsWhenTheServersCommandExits() throws Exception {
    try (Iosock server = shell();
        Session session = Session.attach(directory)) {
      session.terminal.type("exit 7\r");
      assertTrue(session.awaitExit().endsWith(CLOSED + "code=0"));
      assertEquals(7, server.exitCode());
    }
  }

  @Test
  void itExitsWhenTheServerIsKilled() throws Exception {
    try (Iosock server = shell();
        Session session = Session.attach(directory)) {
      session.terminal.type("echo $((20+3))x\r").awaitText("23x");
      server.signal(9);
      assertTrue(session.awaitExit().endsWith(CLOSED + "code=0"));
    }
  }

  @ParameterizedTest
  @CsvSource({"HUP,1", "INT,2", "QUIT,3", "USR1,10", "USR2,12", "ALRM,14", "TERM,15"})
  void aSignalEndsItAndTheTerminalIsRestored(String name, int number) throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      Proc.signal(session.pid(), "-" + name);
      assertEquals("code=" + (128 + number), session.awaitExit());
      assertEquals("", client.readAllText());
    }
  }

  @Test
  void aFullDeviceAsOutputEndsItAndTheTerminalIsRestored() throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory, ">/dev/full");
        Client client = server.accept()) {
      client.send("word");
      String line = "iosock: cannot write to standard output: No space left on device\r\n";
      assertEquals(Attached.RESET + line + "code=125", session.awaitExit());
    }
  }

  @Test
  void aClosedReaderOfItsOutputEndsItAndTheTerminalIsRestored() throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory, "| true");
        Client client = server.accept()) {
      client.send("word");
      session.awaitExit();
      assertEquals("", client.readAllText());
    }
  }

  @Test
  void itExitsWhenItsTerminalIsClosed() throws Exception {
    String iosock = Iosock.script(directory);
    try (Iosock server = shell()) {
      String[] line = {Programs.compiled("closeterminal"), iosock, "-p", "--connect", "./s.sock"};
      assertEquals(new Run(128 + 1, ""), Run.of(directory, line));
      assertStillServes(server);
    }
  }

  /** A client without a terminal must not keep others from attaching. */
  @Test
  void itExitsWhenItsTerminalIsClosedThoughSighupIsIgnored() throws Exception {
    Iosock.script(directory);
    String ignoringHangup = "trap '' HUP; exec ./iosock -p --connect ./s.sock";
    try (Iosock server = shell()) {
      String[] line = {Programs.compiled("closeterminal"), "sh", "-c", ignoringHangup};
      assertEquals(new Run(128 + 1, ""), Run.of(directory, line));
      assertStillServes(server);
    }
  }

  private static void assertStillServes(Iosock server) throws Exception {
    try (Client next = server.connect()) {
      next.send("\r\recho $((20+3))x\r").readUntil("23x");
    }
  }

  // The detach key.

  @ParameterizedTest
  @ValueSource(strings = {"", "a", "before", "before\u0003\u0004\u001a"})
  void inputBeforeTheKeyIsSentAndInputAfterItIsNot(String before) throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      session.terminal.type(before + DETACH + "after");
      assertEquals(before, client.readAllText());
      assertTrue(session.awaitExit().endsWith(DETACHED + "code=0"));
    }
  }

  @RepeatedTest(10)
  void theKeyWorksAsSoonAsItIsAnnounced() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process process = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      await()
          .pollDelay(0, SECONDS)
          .pollInterval(Duration.ofNanos(100_000))
          .atMost(20, SECONDS)
          .until(() -> terminal.text().contains("detaches"));
      terminal.type("before" + DETACH);
      try (Client client = server.accept()) {
        assertEquals("before", client.readAllText());
      }
      assertEquals(ATTACHED + DETACHED, terminal.awaitText(DETACHED));
      assertEquals(0, Terminal.exitCode(process));
    }
  }

  @Test
  void inputTypedRightBeforeTheKeyIsSent() throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      session.terminal.type("before").type(DETACH);
      assertEquals("before", client.readAllText());
      assertEquals(DETACHED + "code=0", session.awaitExit());
    }
  }

  @Test
  void inputPastedBeforeTheKeyIsSent() throws Exception {
    byte[] text = new byte[100_000];
    Arrays.fill(text, (byte) 'x');
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      session.terminal.type(text).type(DETACH);
      assertArrayEquals(text, client.readAll());
      assertEquals(DETACHED + "code=0", session.awaitExit());
    }
  }

  @Test
  void theKeyWorksWhileTheServerFloods() throws Exception {
    try (Iosock server = shell();
        Session session = Session.attach(directory)) {
      session.terminal.type("yes\r").awaitText("y\r\ny\r\ny\r\n");
      session.terminal.type(DETACH);
      assertTrue(session.awaitExit().endsWith(DETACHED + "code=0"));
      assertTrue(server.process().isAlive());
    }
  }

  /** As long as the input fits into the sockets and pipes in between, as typed input does. */
  @Test
  void theKeyWorksWhileTheServerReadsNothing() throws Exception {
    byte[] text = new byte[150_000];
    Arrays.fill(text, (byte) 'x');
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory);
        Client client = server.accept()) {
      session.terminal.type(text);
      Idle.await(session.pid());
      session.terminal.type(DETACH);
      assertEquals(DETACHED + "code=0", session.awaitExit());
      String received = client.readAllText();
      assertEquals("x".repeat(received.length()), received);
    }
  }

  @ParameterizedTest
  @CsvSource({"^A, '\u0001', Ctrl-A", "^], '\u001d', Ctrl-]", "q, q, q", "^?, '\u007f', Delete"})
  void theKeyCanBeChosen(String option, String key, String name) throws Exception {
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory, "--detach-key '" + option + "'");
        Client client = server.accept()) {
      assertEquals("iosock: attached to ./s.sock; " + name + " detaches\r\n", session.firstLine);
      session.terminal.type("a" + DETACH + "b" + key);
      assertEquals("a" + DETACH + "b", client.readAllText());
      assertEquals(DETACHED + "code=0", session.awaitExit());
    }
  }

  @Test
  void theKeyCanBeTurnedOff() throws Exception {
    byte[] all = allBut(-1);
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory, "--detach-key none")) {
      assertEquals("iosock: attached to ./s.sock; no key detaches\r\n", session.firstLine);
      try (Client client = server.accept()) {
        session.terminal.type(all);
        assertArrayEquals(all, client.read(all.length));
      }
      assertEquals(CLOSED_SILENTLY + "code=0", session.awaitExit());
    }
  }

  // Input and output.

  @Test
  void everyByteButTheKeyPassesUnchangedBothWays() throws Exception {
    byte[] all = allBut(DETACH.charAt(0));
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory)) {
      try (Client client = server.accept()) {
        session.terminal.type(all);
        assertArrayEquals(all, client.read(all.length));
        client.send(allBut(-1));
      }
      assertEquals(text(allBut(-1)) + CLOSED + "code=0", session.awaitExit());
    }
  }

  @Test
  void bulkDataIsCompleteBothWays() throws Exception {
    byte[] answer = Bytes.random(3_000_000, 1);
    byte[] typed = new byte[1_000_000];
    Arrays.fill(typed, (byte) 'x');
    try (Server server = Server.listen(socket());
        Session session = Session.attach(directory)) {
      try (Client client = server.accept()) {
        CompletableFuture<Void> typing =
            CompletableFuture.runAsync(() -> session.terminal.type(typed));
        CompletableFuture<Void> sending = CompletableFuture.runAsync(client.sender(answer));
        assertArrayEquals(typed, client.read(typed.length));
        typing.join();
        sending.join();
      }
      assertTrue(
          session.awaitExit().equals(text(answer) + CLOSED + "code=0"),
          "the output is not the same");
    }
  }

  @Test
  void controlCharactersActInTheServersShell() throws Exception {
    try (Iosock server = shell();
        Session session = Session.attach(directory)) {
      Terminal terminal = session.terminal;
      terminal.type("echo $((20+3))x\r").awaitText("23x");
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> isRunning(server, "sleep"));
      terminal.type("\u0003").awaitText("^C");
      terminal.type("echo code $?x\r").awaitText("code 130x");
      terminal.type("cat >received\rword\r\u0004");
      terminal.type("echo $((40+2))x\r").awaitText("42x");
      assertEquals("word\n", Files.readString(directory.resolve("received")));
      terminal.type("sleep 1000\r");
      await().atMost(20, SECONDS).until(() -> isRunning(server, "sleep"));
      terminal.type("\u001a").awaitText("Stopped");
      terminal.type("kill %1; echo $((50+1))x\r").awaitText("51x");
      terminal.type(DETACH);
      assertTrue(session.awaitExit().endsWith(DETACHED + "code=0"));
    }
  }

  @Test
  void theServersShellEditsLines() throws Exception {
    try (Iosock server = start("bash", "--norc");
        Session session = Session.attach(directory)) {
      session.terminal.type("\recx\u007fho $((40+2))x\r").awaitText("42x\r\n");
      // Cursor up recalls the last command.
      session.terminal.type("\u001b[A").awaitText("echo $((40+2))x");
      session.terminal.type("\r").awaitText("42x\r\n");
      session.terminal.type(DETACH);
      assertTrue(session.awaitExit().endsWith(DETACHED + "code=0"));
      assertTrue(server.process().isAlive());
    }
  }

  @Test
  void attachingAgainReachesTheSameShell() throws Exception {
    try (Iosock server = shell()) {
      try (Session session = Session.attach(directory)) {
        session.terminal.type("kept=$((20+3))\recho +$kept+\r").awaitText("+23+");
        session.terminal.type(DETACH);
        session.awaitExit();
      }
      try (Session session = Session.attach(directory)) {
        session.terminal.type("echo =$kept=\r").awaitText("=23=");
        session.terminal.type("exit\r");
        assertTrue(session.awaitExit().endsWith(CLOSED + "code=0"));
      }
      assertEquals(0, server.exitCode());
    }
  }

  // Job control.

  @ParameterizedTest
  @ValueSource(strings = {"-TSTP", "-STOP"})
  void stoppingRestoresTheTerminalAndContinuingMakesItRawAgain(String signal) throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process shell = startShell(terminal);
      final String settings = terminal.settings();
      terminal.type("./iosock -p --connect ./s.sock\n");
      try (Client client = server.accept()) {
        terminal.awaitText(ATTACHED);
        terminal.awaitRaw();
        for (int i = 0; i < 3; i++) {
          stop(terminal, shell, signal);
          assertEquals(settings, terminal.settings());
          terminal.type("echo $((20+3))x\n").awaitText("23x");
          terminal.type("fg\n").awaitText("./s.sock\r\n");
          terminal.awaitRaw().type("word");
          assertEquals("word", client.readText(4));
          client.send("answer");
          terminal.awaitText("answer");
        }
        terminal.type("\u001a");
        assertEquals("\u001a", client.readText(1));
        terminal.type(DETACH).awaitText(DETACHED + "$ ");
      }
      assertEquals(settings, terminal.settings());
    }
  }

  /** A terminal sends SIGWINCH to its foreground process group only. */
  @Test
  void aSizeThatChangedWhileItWasStoppedIsSentOnceItContinues() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Terminal terminal = Terminal.open(24, 80)) {
      Process shell = startShell(terminal);
      terminal.type("./iosock -p --connect ./s.sock\n").awaitText(ATTACHED);
      terminal.awaitRaw().type("x").awaitText("x");
      server.awaitSize(24, 80);
      stop(terminal, shell, "-TSTP");
      terminal.resize(31, 91);
      terminal.type("fg\n").awaitText("./s.sock\r\n");
      server.awaitSize(31, 91);
      terminal.awaitRaw().type(DETACH).awaitText(DETACHED + "$ ");
    }
  }

  /** bash sends SIGTERM and SIGCONT: iosock must not stop again before it handles SIGTERM. */
  @Test
  void theShellCanTerminateItWhileItIsStopped() throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process shell = startShell(terminal);
      final String settings = terminal.settings();
      terminal.type("./iosock -p --connect ./s.sock\n");
      try (Client client = server.accept()) {
        terminal.awaitText(ATTACHED);
        terminal.awaitRaw();
        stop(terminal, shell, "-TSTP");
        long pid = child(shell);
        terminal.type("kill %1\n");
        await().atMost(20, SECONDS).until(() -> !Proc.exists(pid));
        terminal.type("\n").awaitText("Exit 143");
        assertEquals("", client.readAllText());
        assertEquals(settings, terminal.settings());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--noediting", "--noprofile"})
  void inTheBackgroundItWaitsForTheForeground(String editing) throws Exception {
    try (Server server = Server.listen(socket());
        Terminal terminal = Terminal.open(24, 80)) {
      Process shell = startShell(terminal, editing);
      terminal.type("stty -a >before\n").awaitText("$ ");
      terminal.type("./iosock -p --connect ./s.sock &\n").awaitText("$ ");
      try (Client client = server.accept()) {
        // Before the shell knows that it has stopped, fg would not continue it.
        terminal.type("while [[ $(jobs) != *Stopped* ]]; do :; done; echo $((20+3))x\n");
        terminal.awaitText("23x\r\n");
        terminal.awaitText("$ ");
        assertEquals('T', Proc.state(child(shell)));
        terminal.type("fg\n").awaitText("./s.sock\r\n");
        terminal.awaitRaw().type("word");
        assertEquals("word", client.readText(4));
        terminal.type(DETACH).awaitText(DETACHED);
      }
      terminal.type("stty -a >after; echo $((40+2))x\n").awaitText("42x");
      assertEquals(
          Files.readString(directory.resolve("before")),
          Files.readString(directory.resolve("after")));
    }
  }

  private Process startShell(Terminal terminal) throws Exception {
    return startShell(terminal, "--noediting");
  }

  /**
   * @param editing {@code --noediting}, or another option for readline, which makes the terminal
   *     raw at bash's prompt
   */
  private Process startShell(Terminal terminal, String editing) throws Exception {
    Iosock.script(directory);
    Process shell =
        terminal.start(directory, "env", "PS1=$ ", "bash", "--norc", "--noprofile", editing, "-i");
    terminal.awaitText("$ ");
    return shell;
  }

  private static void stop(Terminal terminal, Process shell, String signal) throws Exception {
    Proc.signal(child(shell), signal);
    terminal.awaitText("Stopped");
    terminal.awaitText("$ ");
    assertEquals('T', Proc.state(child(shell)));
  }

  private static long child(Process shell) {
    return Proc.children(shell.pid()).getFirst();
  }

  private static boolean isRunning(Iosock server, String program) {
    return Proc.children(server.commandPid()).stream()
        .anyMatch(child -> Proc.program(child).endsWith("/" + program));
  }

  /** A server whose command is a shell without a line editor. */
  private Iosock shell() throws Exception {
    return start("bash", "--norc", "--noediting");
  }

  private Iosock start(String... command) throws Exception {
    Iosock.Builder builder = Iosock.in(directory);
    builder.environment().put("TERM", "xterm");
    builder.environment().put("PS1", "far ");
    List<String> arguments = new ArrayList<>(List.of("-p", "./s.sock"));
    arguments.addAll(List.of(command));
    return builder.startWith(arguments.toArray(String[]::new)).awaitCommand();
  }

  private Path socket() {
    return directory.resolve("s.sock");
  }

  private static byte[] allBut(int value) {
    byte[] all = new byte[256];
    int count = 0;
    for (int i = 0; i < all.length; i++) {
      if (i != value) {
        all[count++] = (byte) i;
      }
    }
    return Arrays.copyOf(all, count);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * A terminal in raw mode with iosock attached. The session leader is a shell that never changes
   * the settings and keeps running: when a session leader exits, the kernel resets them.
   */
  private static final class Session implements AutoCloseable {

    private final Terminal terminal = Terminal.open(24, 80);
    private final String settings = terminal.settings();
    private final Process shell;
    private final String firstLine;

    private Session(Path directory, String rest) throws Exception {
      Iosock.script(directory);
      String line = "./iosock -p --connect " + rest + "; echo code=$?; exec sleep 1000";
      shell = terminal.start(directory, "sh", "-c", line);
      firstLine = terminal.awaitText("\r\n");
      terminal.awaitRaw();
    }

    static Session attach(Path directory) throws Exception {
      return attach(directory, "");
    }

    /**
     * @param rest further options, or a redirection of iosock's output
     */
    static Session attach(Path directory, String rest) throws Exception {
      boolean isOption = rest.startsWith("-");
      return new Session(directory, isOption ? rest + " ./s.sock" : "./s.sock " + rest);
    }

    long pid() {
      return Proc.children(shell.pid()).getFirst();
    }

    boolean isRestored() throws Exception {
      return settings.equals(terminal.settings());
    }

    /**
     * Waits until iosock has exited, and asserts that the terminal is restored.
     *
     * @return what was shown, up to the line with the exit code
     */
    String awaitExit() throws Exception {
      String shown = terminal.awaitText("code=");
      await().atMost(20, SECONDS).until(() -> terminal.text().contains("\n"));
      assertTrue(isRestored(), "the terminal is not restored");
      return shown + terminal.awaitText("\n").strip();
    }

    @Override
    public void close() {
      terminal.close();
    }
  }
}
