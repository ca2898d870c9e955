package stopping;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;
import support.Tool;

/** A command that leads a process group. */
class GroupIT {

  private static final int SIGUSR1 = 10;
  private static final int SIGTERM = 15;

  /** Writes its number to the file {@code member}, and then does something. */
  private static final String MEMBER = "echo $$ >m; mv m member; ";

  @TempDir Path directory;

  /** A member outlives iosock in some tests. */
  @AfterEach
  void killMember() throws Exception {
    if (Files.exists(directory.resolve("member"))) {
      ProcessHandle.of(member()).ifPresent(process -> Proc.killAll(List.of(process)));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-g ./s.sock", "-g -p ./s.sock", "-g -"})
  void aPipelineIsStoppedAsAWhole(String arguments) throws Exception {
    // The end of a session's leader hangs up its terminal.
    String member = "trap \"\" HUP; " + MEMBER + "exec sleep 1000";
    String script = "sh -c '" + member + "' | cat; echo not reached";
    try (Iosock iosock = start(arguments, script)) {
      long pid = awaitMember();
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      awaitGone(pid);
      assertEquals("", iosock.output() + iosock.errors());
    }
  }

  @Test
  void withoutTheOptionOnlyTheCommandIsStopped() throws Exception {
    String script = "sh -c '" + MEMBER + "exec sleep 1000' | cat; echo not reached";
    try (Iosock iosock = start("./s.sock", script)) {
      long member = awaitMember();
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertFalse(Proc.isGone(member));
    }
  }

  /** Every signal goes to each process of the group. */
  @ParameterizedTest
  @ValueSource(strings = {"-g ./s.sock", "-g -p ./s.sock"})
  void everySignalReachesAll(String arguments) throws Exception {
    String print = Programs.compiled("printsignals");
    String script = print + " >member.out & echo $! >m; mv m member; exec " + print;
    List<String> signals = new ArrayList<>();
    signals.addAll(List.of("HUP", "QUIT", "USR1", "USR2", "WINCH", "CONT", "ALRM", "VTALRM"));
    signals.addAll(List.of("PROF", "XCPU", "IO", "PWR", "STKFLT", "URG", "TSTP", "TTIN", "TTOU"));
    for (int realTime = 34; realTime <= 64; realTime++) {
      signals.add("" + realTime);
    }
    try (Iosock iosock = start(arguments, script)) {
      StringBuilder expected = new StringBuilder("ready\n");
      awaitOutput(iosock, expected.toString());
      awaitFile("member.out", expected.toString());
      for (String signal : signals) {
        Proc.signal(iosock.pid(), "-" + signal);
        expected.append(signal.equals("IO") ? "POLL" : signal).append('\n');
        awaitOutput(iosock, expected.toString());
        awaitFile("member.out", expected.toString());
      }
      assertEquals("", iosock.errors());
    }
  }

  /** bash puts its job into a group of its own, which the terminal's keys go to. */
  @Test
  void onATerminalItIsTheCommandsGroupAndNotTheForegroundOne() throws Exception {
    String print = Programs.compiled("printsignals");
    String script = "set -m; trap 'echo USR1 in the shell' USR1; " + print + "; echo end";
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-g", "-p", "./s.sock", "bash", "-c", script)) {
      awaitOutput(iosock, "ready\n");
      long job = Proc.children(Proc.children(iosock.pid()).getFirst()).getFirst();
      iosock.signal(SIGUSR1);
      Proc.signal(job, "-USR2");
      awaitOutput(iosock, "ready\nUSR2\n");
      Proc.signal(job, "-KILL");
      await().atMost(20, SECONDS).until(() -> text(iosock).contains("USR1 in the shell\n"));
      assertEquals(0, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({"TERM, TERM", "INT, INT", "RTMIN+1, 35"})
  void whatIsLeftAtTheExitIsTold(String signal, String printed) throws Exception {
    String script =
        Programs.compiled("printsignals")
            + " >member.out & echo $! >m; mv m member;"
            + " while ! grep -q ready member.out; do sleep 0.05; done; exit 3";
    try (Iosock iosock = start("-g --stop-signal " + signal + " ./s.sock", script)) {
      assertEquals(3, iosock.exitCode());
      // Of two that are pending the process takes the lower number first.
      Path file = directory.resolve("member.out");
      Set<String> expected = Set.of("ready", printed, "CONT");
      await()
          .atMost(20, SECONDS)
          .until(
              () ->
                  Files.readAllLines(file).size() == 3
                      ? Set.copyOf(Files.readAllLines(file))
                      : Set.of(),
              expected::equals);
    }
  }

  /**
   * A process that is stopped handles no signal before it goes on. As a child of iosock's it is not
   * orphaned, and so the kernel does not continue it.
   */
  @Test
  void whatIsStoppedAtTheExitGoesOnAndIsTold() throws Exception {
    String member = "trap \"echo told; exit\" TERM; " + MEMBER + "kill -STOP $$";
    String script = "sh -c '" + member + "' & read x; exit 3";
    try (Iosock iosock = start("-g -s --stop-timeout 10 ./s.sock", script)) {
      long pid = awaitMember();
      await().atMost(20, SECONDS).until(() -> Proc.state(pid) == 'T');
      try (Client client = iosock.connect()) {
        assertEquals("told\n", client.send("go\n").readAllText());
      }
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void withoutTheOptionWhatIsLeftAtTheExitIsNotTold() throws Exception {
    String script =
        Programs.compiled("printsignals")
            + " >member.out & echo $! >m; mv m member;"
            + " while ! grep -q ready member.out; do sleep 0.05; done; exit 3";
    try (Iosock iosock = start("./s.sock", script)) {
      assertEquals(3, iosock.exitCode());
      Proc.signal(member(), "-USR1");
      awaitFile("member.out", "ready\nUSR1\n");
    }
  }

  /** What it writes until then is output as that of the command. */
  @ParameterizedTest
  @ValueSource(
      strings = {"-g -s --stop-timeout 20 ./s.sock", "-g -s --stop-timeout 20 -p ./s.sock"})
  void whatIsLeftIsWaitedFor(String arguments) throws Exception {
    // The end of a session's leader hangs up its terminal.
    String traps = "trap \"\" HUP; trap \"sleep 0.5; echo saved; exit\" TERM; ";
    String saving = traps + MEMBER + "while :; do sleep 0.1; done";
    try (Iosock iosock = start(arguments, "sh -c '" + saving + "' & read x; exit 3")) {
      awaitMember();
      try (Client client = iosock.connect()) {
        client.send("go\n");
        String text = client.readAllText().replace("\r", "");
        assertTrue(text.endsWith("saved\n"), text);
      }
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void withoutATimeWhatIsLeftIsNotWaitedFor() throws Exception {
    String ignoring = "trap \"\" TERM; " + MEMBER + "exec sleep 1000";
    try (Iosock iosock = start("-g ./s.sock", "sh -c '" + ignoring + "' & read x; exit 3")) {
      long member = awaitMember();
      try (Client client = iosock.connect()) {
        client.send("go\n");
        assertEquals(3, iosock.exitCode());
      }
      assertFalse(Proc.isGone(member));
    }
  }

  @Test
  void whatDoesNotStopIsKilledAfterThatTime() throws Exception {
    String ignoring = "trap \"\" TERM; " + MEMBER + "exec sleep 1000";
    String script = "sh -c '" + ignoring + "' & read x; exit 3";
    try (Iosock iosock = start("-g --stop-timeout 0.5 ./s.sock", script)) {
      long member = awaitMember();
      try (Client client = iosock.connect()) {
        client.send("go\n");
        assertEquals(3, iosock.exitCode());
      }
      awaitGone(member);
    }
  }

  /** The command exits at once, and its child is held back by the client. */
  @Test
  void whatDoesNotStopIsKilledWhileAClientStalls() throws Exception {
    String writing = "trap \"\" TERM; " + MEMBER + "exec yes";
    String script = "sh -c '" + writing + "' & read x; exit 3";
    try (Iosock iosock = start("-g --stop-timeout 0.5 ./s.sock", script)) {
      long member = awaitMember();
      try (Client client = iosock.connect()) {
        Idle.await(iosock.pid());
        client.send("go\n");
        assertEquals(3, iosock.exitCode());
      }
      awaitGone(member);
    }
  }

  @Test
  void theTimeRunsFromTheFirstSignalForWhatIsLeftToo() throws Exception {
    String ignoring = "trap \"\" TERM; " + MEMBER + "exec sleep 1000";
    String script = "sh -c '" + ignoring + "' & trap 'sleep 0.2; exit 4' TERM; wait";
    try (Iosock iosock = start("-g --stop-timeout 1 ./s.sock", script)) {
      long member = awaitMember();
      long begin = System.nanoTime();
      iosock.signal(SIGTERM);
      assertEquals(4, iosock.exitCode());
      assertTrue(System.nanoTime() - begin >= 1_000_000_000);
      awaitGone(member);
    }
  }

  /** Without a terminal there is no shell that would wait for iosock to stop. */
  @Test
  void sigtstpStopsTheCommandAndSigcontHasItGoOn() throws Exception {
    try (Iosock iosock = start("-g ./s.sock", "echo ready; exec cat")) {
      awaitOutput(iosock, "ready\n");
      long command = Proc.children(iosock.pid()).getFirst();
      Proc.signal(iosock.pid(), "-TSTP");
      await().atMost(20, SECONDS).until(() -> Proc.state(command) == 'T');
      assertTrue(Proc.state(iosock.pid()) != 'T');
      try (Client client = iosock.connect()) {
        client.send("hello\n");
        Proc.signal(iosock.pid(), "-CONT");
        assertEquals("hello", client.readLine());
      }
    }
  }

  @Test
  void onATerminalTheStopKeyStopsBoth() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      Iosock.script(directory);
      String script =
          "trap \"echo stopping; exit 5\" TERM; echo ready; "
              + "while :; do read line && echo \"got $line\"; done";
      terminal.type("./iosock -g - sh -c '" + script + "'\n");
      terminal.awaitText("ready\r\n");
      long iosock = Proc.children(shell.pid()).getFirst();
      long command = Proc.children(iosock).getFirst();
      terminal.type("\032");
      terminal.awaitText("Stopped");
      await().atMost(20, SECONDS).until(() -> Proc.state(iosock) == 'T');
      await().atMost(20, SECONDS).until(() -> Proc.state(command) == 'T');
      terminal.type("fg\n");
      await().atMost(20, SECONDS).until(() -> Proc.state(command) != 'T');
      terminal.type("hello\n");
      terminal.awaitText("got hello");
      // It reaches iosock alone, and so becomes the stop signal.
      terminal.type("\003");
      terminal.awaitText("stopping");
      terminal.awaitText("$ ");
      terminal.type("echo code $?\n");
      terminal.awaitText("code 5");
    }
  }

  /** No shell would continue the command: the kernel stops no other program there. */
  @ParameterizedTest
  @ValueSource(strings = {"", "unshare -pf --kill-child --mount-proc"})
  void withoutAShellTheStopKeyStopsNothing(String namespace) throws Exception {
    if (!namespace.isEmpty()) {
      Tool.requireToRun(
          Run.of(directory, "unshare", "-pf", "--mount-proc", "true"), "PID namespaces need root");
    }
    try (Terminal terminal = Terminal.open(24, 80)) {
      List<String> line = new ArrayList<>();
      line.addAll(namespace.isEmpty() ? List.of() : List.of(namespace.split(" ")));
      line.addAll(Iosock.commandLine(List.of("-XX:-UsePerfData")));
      String script = "echo ready; while read line; do echo \"got $line\"; done; exit 4";
      line.addAll(List.of("-g", "-", "sh", "-c", script));
      Process iosock = terminal.start(directory, line.toArray(String[]::new));
      terminal.awaitText("ready");
      terminal.type("\032");
      terminal.awaitText("^Z");
      terminal.type("hello\n");
      terminal.awaitText("got hello");
      terminal.type("\004");
      assertEquals(4, Terminal.exitCode(iosock));
    }
  }

  @Test
  void aCommandThatHasLeftItsGroupIsReachedAllTheSame() throws Exception {
    Tool.require("perl", "perl-base");
    String leave = "setpgrp(0, getpgrp(getppid())); $| = 1; print qq(ready\\n); sleep 1000";
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("-g", "--stop-timeout", "20", "./s.sock", "perl", "-e", leave)) {
      awaitOutput(iosock, "ready\n");
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  /** A job in the background that reads its terminal is stopped: it does not spin. */
  @Test
  void inTheBackgroundOfATerminalItStopsWhenItReads() throws Exception {
    try (Terminal terminal = Terminal.open(24, 80)) {
      Process shell = terminal.startShell(directory);
      Iosock.script(directory);
      terminal.type("./iosock -g - cat &\n");
      terminal.awaitText("$ ");
      await().atMost(20, SECONDS).until(() -> !Proc.children(shell.pid()).isEmpty());
      long iosock = Proc.children(shell.pid()).getFirst();
      await().atMost(20, SECONDS).until(() -> !Proc.children(iosock).isEmpty());
      // bash leaves the next line in the terminal while it waits for this program.
      terminal.type(
          "sh -c 'while ! grep -q T.*stopped /proc/"
              + iosock
              + "/status; do sleep 0.1; done; echo seen';"
              + " while [[ $(jobs) != *Stopped* ]]; do :; done; fg\n");
      // iosock stops when it tries to read it, and reads it in the foreground.
      terminal.type("hello\n");
      terminal.awaitText("seen\r\n");
      terminal.awaitText("- cat\r\n");
      terminal.awaitText("hello\r\n");
      terminal.type("\004");
      terminal.awaitText("$ ");
    }
  }

  private Iosock start(String arguments, String script) throws IOException {
    List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
    all.addAll(List.of("sh", "-c", script));
    return Iosock.in(directory).input(Redirect.PIPE).startWith(all.toArray(String[]::new));
  }

  private long awaitMember() throws IOException {
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("member")));
    return member();
  }

  private long member() throws IOException {
    return Long.parseLong(Files.readString(directory.resolve("member")).strip());
  }

  private static void awaitGone(long pid) {
    await().atMost(20, SECONDS).until(() -> Proc.isGone(pid));
  }

  private void awaitFile(String name, String expected) {
    Path file = directory.resolve(name);
    await()
        .atMost(20, SECONDS)
        .until(() -> Files.exists(file) ? Files.readString(file) : "", expected::equals);
  }

  private static void awaitOutput(Iosock iosock, String expected) {
    await().atMost(20, SECONDS).until(() -> text(iosock), text -> text.equals(expected));
  }

  /** A terminal ends its lines with a carriage return, too. */
  private static String text(Iosock iosock) throws IOException {
    return iosock.output().replace("\r", "");
  }
}
