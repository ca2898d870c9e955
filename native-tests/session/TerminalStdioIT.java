package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;
import support.Tool;

/** A command on a pseudo-terminal, on iosock's own standard input and output. */
class TerminalStdioIT {

  private static final int SIGKILL = 9;
  private static final int SIGTERM = 15;
  private static final int SIGTSTP = 20;
  private static final int O_NONBLOCK = 04000;
  private static final String INTERRUPT = "\003";
  private static final String END = "\004";

  /** For bash: before it knows that its job has stopped, fg would not continue it. */
  private static final String AWAIT_STOP = "while [[ $(jobs) != *Stopped* ]]; do :; done; ";

  @TempDir Path directory;

  @Test
  void withoutACommandItRunsAShell() throws Exception {
    Run run = pipe("echo $((20+3)) $0\nexit 3\n");
    assertEquals(3, run.exitCode());
    assertTrue(run.output().contains("23 /bin/sh\r\n"), run.output());
    assertFalse(run.output().contains("job control"), run.output());
  }

  @Test
  void theShellExitsAtTheEndOfItsInput() throws Exception {
    Run run = pipe("echo $((20+3))x $-\n");
    assertEquals(0, run.exitCode());
    assertTrue(run.output().matches("(?s).*23x \\w*i\\w*\r\n.*"), run.output());
  }

  /** The terminal echoes the input, and then cat prints it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'' | ''",
        "'abc' | 'abcabc'",
        "'abc\n' | 'abc\r\nabc\r\n'",
        "'abc\nde' | 'abc\r\ndeabc\r\nde'"
      })
  void theEndOfTheInputIsWrittenAsVeof(String input, String shown) throws Exception {
    // Printed after all input was read, so that the order of the output is certain.
    Run run = pipe(input, "-p", "-", "sh", "-c", "cat >in; cat in; exit 6");
    assertEquals(new Run(6, shown), run);
  }

  @RepeatedTest(5)
  void aLineEditorExitsAtTheEndOfItsInput() throws Exception {
    Run run = pipe("", "-p", "-", "bash", "--norc");
    assertEquals(0, run.exitCode(), run.output());
  }

  @RepeatedTest(5)
  void aLineEditorReadsItsLinesAndThenTheEndOfItsInput() throws Exception {
    Run run = pipe("x=ke; y=pt\necho $x$y\n", "-p", "-", "bash", "--norc");
    assertEquals(0, run.exitCode(), run.output());
    assertTrue(run.output().contains("kept\r\n"), run.output());
  }

  /**
   * iosock reads the terminal's mode before it writes VEOF. The mode changes between the two here,
   * so that VEOF has another effect than iosock expects.
   */
  @Test
  void veofIsWrittenAgainIfTheTerminalsModeChangesMeanwhile() throws Exception {
    Tool.require("strace", "strace");
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "first", "second"));
    String untilVeof = "until head -c 1 | od -An -tu1 | grep -q 4; do :; done";
    String script =
        "stty -icanon -echo; echo ready; read x <first; stty icanon; : >lines; read x <second; "
            + "stty -icanon; echo again; %s; exit 6".formatted(untilVeof);
    try (Iosock iosock =
        Iosock.in(directory)
            .under("strace", "-f", "-qq", "-o", "trace", "-P", "/dev/ptmx", "-e")
            .under("trace=ioctl,write", "-e", "inject=write:delay_enter=3s:when=1")
            .input(Redirect.PIPE)
            .startWith("-p", "-", "sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\r\n"));
      iosock.process().getOutputStream().close();
      await().atMost(20, SECONDS).until(() -> traceContains("TCGETS"));
      Files.writeString(directory.resolve("first"), "open\n");
      await().atMost(20, SECONDS).until(() -> traceContains("DELAYED"));
      assertTrue(Files.exists(directory.resolve("lines")));
      Files.writeString(directory.resolve("second"), "open\n");
      assertEquals(6, iosock.exitCode());
    }
  }

  private boolean traceContains(String word) throws IOException {
    return Files.readString(directory.resolve("trace")).contains(word);
  }

  @ParameterizedTest
  @ValueSource(strings = {"stty eof ^X", "stty eof a"})
  void veofIsTheCharacterThatTheTerminalHasSet(String setting) throws Exception {
    String script = setting + "; echo ready; cat >in; cat in; exit 4";
    try (Iosock iosock = startOnPipe("sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\r\n"));
      iosock.process().getOutputStream().close();
      assertEquals(4, iosock.exitCode());
      assertEquals("ready\r\n", iosock.output());
    }
  }

  @Test
  void afterTheEndOfTheInputIosockIsIdleAndOutputStillPasses() throws Exception {
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "gate"));
    String script = "cat; echo over; read x <gate; echo more; exit 4";
    try (Iosock iosock = Iosock.in(directory).startWith("-p", "-", "sh", "-c", script)) {
      Idle.awaitWhile(iosock.pid(), () -> iosock.output().equals("over\r\n"));
      Files.writeString(directory.resolve("gate"), "open\n");
      assertEquals(4, iosock.exitCode());
      assertEquals("over\r\nmore\r\n", iosock.output());
    }
  }

  @Test
  void bulkDataIsCompleteBothWays() throws Exception {
    byte[] written = Bytes.random(1_000_000, 1);
    byte[] sent = Bytes.random(500_000, 2);
    Files.write(directory.resolve("file"), written);
    String script = "stty raw -echo; : >ready; cat file & head -c 500000 >in; wait; exit 5";
    try (Iosock iosock = startOnPipe("sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("ready")));
      try (OutputStream input = iosock.process().getOutputStream()) {
        input.write(sent);
        assertEquals(5, iosock.exitCode());
      }
      assertArrayEquals(written, Files.readAllBytes(directory.resolve("stdout")));
      assertArrayEquals(sent, Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void inheritedDescriptorsStayBlocking() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .output(Redirect.PIPE)
            .startWith("-p", "-", "yes")
            .awaitCommand()) {
      long command = iosock.commandPid();
      Idle.awaitWhile(iosock.pid(), () -> Proc.state(command) == 'S');
      for (int fd = 0; fd <= 2; fd++) {
        assertEquals(0, Proc.flags(iosock.pid(), fd) & O_NONBLOCK, "O_NONBLOCK of " + fd);
      }
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @Test
  void inputWaitsWhileTheCommandReadsNothing() throws Exception {
    try (Iosock iosock = startOnPipe("sh", "-c", "stty raw -echo; echo ready; exec sleep 1000")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> writeUntilClosed(iosock));
      Idle.awaitWhile(iosock.pid(), () -> iosock.commandPid() != 0);
      assertTrue(!sender.isDone(), "all of the input was taken");
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      sender.join();
    }
  }

  private static void writeUntilClosed(Iosock iosock) {
    try {
      iosock.process().getOutputStream().write(new byte[1_000_000]);
    } catch (IOException readerHasClosed) {
      return;
    }
  }

  @Test
  void closedInputIsEndOfFile() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-x0")
            .startWith("-p", "-", "sh", "-c", "cat; echo over")) {
      assertEquals(0, iosock.exitCode());
      assertEquals("over\r\n", iosock.output());
    }
  }

  /** Its size is used, but raw mode is for a terminal that is the input. */
  @Test
  void aTerminalThatIsOnlyTheOutputStaysUnchanged() throws Exception {
    try (Terminal terminal = Terminal.open(31, 101)) {
      String before = terminal.settings();
      List<String> line = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" </dev/null", "sh"));
      line.addAll(Iosock.commandLine(List.of()));
      line.addAll(List.of("-p", "-", "sh", "-c", "stty size; cat; echo over"));
      Process iosock = terminal.start(directory, line.toArray(String[]::new));
      terminal.awaitText("31 101\r");
      assertEquals(before, terminal.settings());
      terminal.awaitText("over\r");
      assertEquals(0, Terminal.exitCode(iosock));
    }
  }

  @Test
  void everyKeyGoesToTheCommand() throws Exception {
    String script = "trap 'echo inter''rupted' INT; echo ready; cat; echo next; cat; exit 4";
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process iosock = start(terminal, "sh", "-c", script);
      assertNotEquals(before, terminal.settings());
      terminal.type("word\n").awaitText("word\r\nword\r\n");
      terminal.type(INTERRUPT).awaitText("interrupted\r\nnext\r\n");
      terminal.type("\023\021still\n").awaitText("still\r\nstill\r\n");
      terminal.type(END);
      assertEquals(4, Terminal.exitCode(iosock));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void theCommandsTerminalFollowsTheSize() throws Exception {
    try (Terminal terminal = Terminal.open(31, 101)) {
      Process iosock = terminal.startIosock(directory, "-p", "-", Programs.compiled("printsizes"));
      terminal.awaitText("31x101\r\n");
      terminal.resize(32, 102);
      terminal.awaitText("32x102\r\n");
      terminal.resize(33, 103);
      terminal.awaitText("33x103\r\n");
      Proc.signal(iosock.pid(), SIGTERM);
      assertEquals(128 + SIGTERM, Terminal.exitCode(iosock));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "HUP, 129",
    "INT, 143",
    "USR1, 138",
    "USR2, 140",
    "ALRM, 142",
    "TERM, 143",
    "XCPU, 152",
    "VTALRM, 154",
    "PROF, 155",
    "IO, 157",
    "PWR, 158",
    "STKFLT, 144",
    "ABRT, 143",
    "SYS, 143",
    "34, 162",
    "64, 192"
  })
  void theTerminalIsRestoredAfterASignal(String signal, int code) throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process iosock = start(terminal, "sh", "-c", "echo ready; exec sleep 1000");
      assertNotEquals(before, terminal.settings());
      Proc.signal(iosock.pid(), "-" + signal);
      assertEquals(code, Terminal.exitCode(iosock));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void theTerminalIsRestoredAfterTheCommandIsKilled() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process iosock = start(terminal, "sh", "-c", "echo ready; exec cat");
      Proc.signal(Proc.children(iosock.pid()).getFirst(), SIGKILL);
      assertEquals(128 + SIGKILL, Terminal.exitCode(iosock));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void theTerminalIsRestoredAfterACommandThatIsNotFound() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process iosock = terminal.startIosock(directory, "-p", "-", "nosuch");
      terminal.awaitText("iosock: cannot run nosuch: No such file or directory\r\n");
      assertEquals(127, Terminal.exitCode(iosock));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void theTerminalIsRestoredWhileIosockIsStopped() throws Exception {
    String script = "\"$@\"; echo stopped=$?; read x; fg >/dev/null; echo code=$?";
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process shell = startByShell(terminal, script, "sh", "-c", "echo ready; cat; exit 4");
      terminal.awaitText("ready\r\n");
      terminal.awaitRaw();
      String raw = terminal.settings();
      long iosock = Proc.children(shell.pid()).getFirst();
      Proc.signal(iosock, SIGTSTP);
      terminal.awaitText("stopped=" + (128 + SIGTSTP) + "\r\n");
      assertEquals('T', Proc.state(iosock));
      assertEquals(before, terminal.settings());
      terminal.type("\n").awaitRaw();
      assertEquals(raw, terminal.settings());
      finishCat(terminal, "code=4\r\n");
      assertEquals(0, Terminal.exitCode(shell));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void aSizeThatChangedWhileItWasStoppedReachesTheCommand() throws Exception {
    String script = "\"$@\"; echo stopped=$?; read x; fg >/dev/null; echo code=$?";
    try (Terminal terminal = Terminal.open(31, 101)) {
      Process shell = startByShell(terminal, script, Programs.compiled("printsizes"));
      terminal.awaitText("31x101\r\n");
      terminal.awaitRaw();
      Proc.signal(Proc.children(shell.pid()).getFirst(), SIGTSTP);
      terminal.awaitText("stopped=" + (128 + SIGTSTP) + "\r\n");
      terminal.resize(32, 102);
      terminal.type("\n").awaitText("32x102\r\n");
    }
  }

  /** bash sends the signal and SIGCONT: iosock must not stop again before it handles the signal. */
  @ParameterizedTest
  @ValueSource(strings = {"TERM", "HUP"})
  void theShellCanTerminateItWhileItIsStopped(String signal) throws Exception {
    String script = "\"$@\"; echo stopped=$?; kill -" + signal + " %1; read x";
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process shell = startByShell(terminal, script, "sh", "-c", "echo ready; exec sleep 1000");
      terminal.awaitText("ready\r\n");
      terminal.awaitRaw();
      long iosock = Proc.children(shell.pid()).getFirst();
      Proc.signal(iosock, SIGTSTP);
      terminal.awaitText("stopped=" + (128 + SIGTSTP) + "\r\n");
      await().atMost(20, SECONDS).until(() -> Proc.program(iosock).isEmpty());
      assertEquals(before, terminal.settings());
    }
  }

  /** Another process may have read what poll reported to iosock. */
  @Test
  void inputThatAnotherProcessTakesIsNotWaitedFor() throws Exception {
    Run.of(directory, "mkfifo", "fifo", "gate");
    String script = "stty raw -echo; echo ready; read x <gate; head -c 60000 >in; exec cat";
    try (Iosock iosock =
            Iosock.in(directory)
                .under("sh", "-c", "exec 3<>fifo; exec \"$@\" <fifo 3<&-", "sh")
                .startWith("-p", "-", "sh", "-c", script);
        OutputStream writer = Files.newOutputStream(directory.resolve("fifo"))) {
      await().atMost(20, SECONDS).until(() -> iosock.output().contains("ready"));
      // More than the terminal and iosock's pipe hold, less than these and the FIFO together.
      writer.write(new byte[120_000]);
      Idle.await(iosock.pid());
      Run other = Run.of(directory, "dd", "if=fifo", "iflag=nonblock", "bs=65536", "of=other");
      assertTrue(Files.size(directory.resolve("other")) > 0, other.output());
      Files.writeString(directory.resolve("gate"), "open\n");
      await().atMost(20, SECONDS).until(() -> fileSize("in") == 60_000);
      Idle.await(iosock.pid());
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  private long fileSize(String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** Ctrl-Z goes to the command: so SIGTSTP is sent to iosock itself. */
  @Test
  void anInteractiveShellCanContinueIt() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      String iosock = Iosock.script(directory);
      terminal.type(iosock + " -p - sh -c 'echo rea\"\"dy; cat; exit 4'; echo co''de=$?\n");
      terminal.awaitText("ready\r\n");
      terminal.awaitRaw();
      Proc.signal(Proc.children(shell.pid()).getFirst(), SIGTSTP);
      terminal.awaitText("Stopped");
      terminal.awaitText("$ ");
      terminal.type("fg; echo co''de=$?\n").awaitText("cat; exit 4'");
      finishShell(terminal, shell, "code=4\r\n", "$ ");
    }
  }

  /** A shell reports a job as stopped once all of its processes are. */
  @Test
  void inTheBackgroundItsWholePipelineStops() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      String iosock = Iosock.script(directory);
      terminal.type(iosock + " -p - sh -c 'echo rea\"\"dy; cat' | cat &\n");
      terminal.type(AWAIT_STOP + "fg\n").awaitText("ready\r\n");
      finishShell(terminal, shell, "$ ");
    }
  }

  /** A shell gives the terminal to a running job without notifying it. */
  @RepeatedTest(5)
  void broughtToTheForegroundBeforeItStopsItDoesNotStop() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      String iosock = Iosock.script(directory);
      terminal.type(iosock + " -p - sh -c 'echo rea\"\"dy; cat; exit 4'\n");
      terminal.awaitText("ready\r\n");
      terminal.awaitRaw();
      Proc.signal(Proc.children(shell.pid()).getFirst(), SIGTSTP);
      terminal.awaitText("Stopped");
      terminal.awaitText("$ ");
      terminal.type("bg; sleep 0.001; fg; echo co''de=$?\n").awaitText("exit 4' &\r\n");
      terminal.awaitText("exit 4'\r\n");
      finishShell(terminal, shell, "code=4\r\n", "$ ");
    }
  }

  /** It must not take the terminal from the foreground job. */
  @Test
  void inTheBackgroundItWaitsForTheTerminal() throws Exception {
    String script =
        "\"$@\" & " + AWAIT_STOP + "echo started; read x; echo $x; fg >/dev/null; echo code=$?";
    try (Terminal terminal = Terminal.open(24, 80)) {
      String before = terminal.settings();
      Process shell = startByShell(terminal, script, "sh", "-c", "echo ready; cat; exit 4");
      terminal.awaitText("started\r\n");
      long iosock = Proc.children(shell.pid()).getFirst();
      assertEquals('T', Proc.state(iosock));
      assertEquals(before, terminal.settings());
      terminal.type("shell\n").awaitText("shell\r\nshell\r\n");
      terminal.awaitText("ready\r\n");
      terminal.awaitRaw();
      finishCat(terminal, "code=4\r\n");
      assertEquals(0, Terminal.exitCode(shell));
      assertEquals(before, terminal.settings());
    }
  }

  @Test
  void aHangupOfItsTerminalReachesTheCommand() throws Exception {
    List<String> line = new ArrayList<>(Iosock.commandLine(List.of()));
    line.addAll(List.of("-p", "-", "sh", "-c"));
    line.add("trap ': >hungup; exit 5' HUP; echo ready; read x");
    try (Iosock screen = Iosock.in(directory).startOnTerminal(line.toArray(String[]::new))) {
      await().atMost(20, SECONDS).until(() -> screen.output().contains("ready"));
      long iosock = Proc.children(screen.pid()).getFirst();
      screen.signal(SIGKILL);
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("hungup")));
      await().atMost(20, SECONDS).until(() -> Proc.program(iosock).isEmpty());
    }
  }

  /**
   * In another session than its terminal's, iosock gets no SIGHUP: only its input shows the hangup.
   */
  @RepeatedTest(10)
  void aHangupOfAnotherSessionsTerminalIsNotTakenForTheEndOfTheInput() throws Exception {
    Tool.require("setsid", "util-linux");
    List<String> line = new ArrayList<>(List.of("setsid", "--wait"));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("-p", "-", "sh", "-c"));
    line.add("trap 'echo hangup >last; exit' HUP; echo ready; read x; echo end >last");
    try (Iosock screen = Iosock.in(directory).startOnTerminal(line.toArray(String[]::new))) {
      await().atMost(20, SECONDS).until(() -> screen.output().contains("ready"));
      long setsid = Proc.children(screen.pid()).getFirst();
      ProcessHandle iosock = ProcessHandle.of(Proc.children(setsid).getFirst()).orElseThrow();
      try {
        screen.signal(SIGKILL);
        await().atMost(20, SECONDS).until(() -> Proc.program(iosock.pid()).isEmpty());
        assertEquals("hangup\n", Files.readString(directory.resolve("last")));
      } finally {
        // Its parents have exited, so that closing the screen does not kill it.
        iosock.destroyForcibly();
      }
    }
  }

  /** Starts a command that prints "ready"; returns once the terminal is raw. */
  private Process start(Terminal terminal, String... command) throws Exception {
    List<String> arguments = new ArrayList<>(List.of("-p", "-"));
    arguments.addAll(List.of(command));
    Process iosock = terminal.startIosock(directory, arguments.toArray(String[]::new));
    terminal.awaitText("ready\r\n");
    terminal.awaitRaw();
    return iosock;
  }

  /**
   * Starts iosock from a script with job control. Unlike an interactive shell, a script does not
   * change the terminal's settings.
   *
   * @param script runs iosock as {@code "$@"}
   */
  private Process startByShell(Terminal terminal, String script, String... command)
      throws IOException {
    List<String> line = new ArrayList<>();
    line.addAll(List.of("bash", "--norc", "-c", "set -m; " + script, "bash"));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("-p", "-"));
    line.addAll(List.of(command));
    return terminal.start(directory, line.toArray(String[]::new));
  }

  /** Asserts that what is typed reaches cat, ends its input, and waits for each text after that. */
  private static void finishCat(Terminal terminal, String... shown) {
    terminal.type("word\n").awaitText("word\r\nword\r\n");
    terminal.type(END);
    for (String text : shown) {
      terminal.awaitText(text);
    }
  }

  /** Finishes cat, which an interactive shell runs, and then the shell. */
  private static void finishShell(Terminal terminal, Process shell, String... shown)
      throws InterruptedException {
    terminal.awaitRaw();
    finishCat(terminal, shown);
    terminal.type("exit 0\n");
    assertEquals(0, Terminal.exitCode(shell));
  }

  private Iosock startOnPipe(String... command) throws IOException {
    List<String> arguments = new ArrayList<>(List.of("-p", "-"));
    arguments.addAll(List.of(command));
    return Iosock.in(directory).input(Redirect.PIPE).startWith(arguments.toArray(String[]::new));
  }

  /**
   * @param arguments none for {@code -p -}, which runs a shell
   */
  private Run pipe(String input, String... arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    all.addAll(Iosock.commandLine(List.of()));
    all.addAll(arguments.length == 0 ? List.of("-p", "-") : List.of(arguments));
    return Run.withInput(directory, input, all.toArray(String[]::new));
  }
}
