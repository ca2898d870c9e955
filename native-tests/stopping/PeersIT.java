package stopping;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Tool;

/**
 * What the manuals of tini and dumb-init promise, of these programs and of iosock. The names of the
 * parameters are command lines; those that begin with {@code 1:} run as process 1.
 */
class PeersIT {

  private static final String PROCESS_1 = "1:";
  private static final List<String> NAMESPACE =
      List.of("unshare", "-pf", "--kill-child", "--mount-proc");

  /** Those that all three pass on as they are. */
  private static final List<String> SIGNALS =
      List.of(
          "HUP", "QUIT", "USR1", "USR2", "TERM", "WINCH", "CONT", "ALRM", "VTALRM", "PROF", "XCPU",
          "IO", "PWR", "STKFLT", "URG");

  @TempDir static Path scratch;
  @TempDir Path directory;
  private final List<Process> started = new ArrayList<>();

  @BeforeAll
  static void theyAreInstalled() throws Exception {
    Tool.require("tini", "tini");
    Tool.require("dumb-init", "dumb-init");
    Tool.require("unshare", "util-linux");
    Tool.requireToRun(
        Run.of(scratch, "unshare", "-pf", "--mount-proc", "true"), "PID namespaces need root");
  }

  @AfterEach
  void kill() {
    for (Process process : started) {
      Proc.killAll(Proc.tree(process.toHandle()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1:tini -g --", "1:dumb-init", "1:iosock -g -", "iosock -g -"})
  void everySignalReachesTheWholeGroup(String line) throws Exception {
    String print = Programs.compiled("printsignals");
    String script = print + " >member & exec " + print + " >leader";
    Process supervisor = start(line, "sh", "-c", script);
    StringBuilder expected = new StringBuilder("ready\n");
    awaitFile("member", expected.toString());
    awaitFile("leader", expected.toString());
    for (String signal : SIGNALS) {
      Proc.signal(pid(line, supervisor), "-" + signal);
      expected.append(signal.equals("IO") ? "POLL" : signal).append('\n');
      awaitFile("member", expected.toString());
      awaitFile("leader", expected.toString());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:tini --",
        "1:dumb-init",
        "1:iosock -",
        "1:iosock -g -",
        "tini -s --",
        "iosock -s -"
      })
  void aHundredOrphansAreReaped(String line) throws Exception {
    String script =
        "for i in $(seq 100); do (sh -c 'exit 3' & sh -c 'kill -9 $$' & exec true) & done; wait;"
            + " (sleep 1000 &); : >orphaned; until [ -e end ]; do sleep 0.1; done; exit 7";
    Process supervisor = start(line, "sh", "-c", script);
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("orphaned")));
    long pid = pid(line, supervisor);
    // The command, and the orphan that goes on.
    await().atMost(20, SECONDS).until(() -> Proc.children(pid).size() == 2);
    List<ProcessHandle> tree = Proc.tree(supervisor.toHandle());
    Files.createFile(directory.resolve("end"));
    assertEquals(7, exitCode(supervisor));
    Proc.killAll(tree);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "1:tini --",
        "1:dumb-init",
        "1:iosock -",
        "iosock -",
        "iosock -g -",
        "iosock -p -"
      })
  void theExitCodeIsThatOfTheCommand(String line) throws Exception {
    for (int code : List.of(0, 1, 42, 125, 127, 128, 255)) {
      assertEquals(code, exitCode(start(line, "sh", "-c", "exit " + code)));
    }
    for (int signal : List.of(9, 15, 34)) {
      assertEquals(128 + signal, exitCode(start(line, "sh", "-c", "kill -" + signal + " $$")));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"tini -s -e %d --", "iosock -s -e %d -"})
  void anExitCodeBecomesZero(String line) throws Exception {
    for (int code : List.of(1, 42, 127, 255)) {
      assertEquals(0, exitCode(start(line.formatted(code), "sh", "-c", "exit " + code)));
      assertEquals(2, exitCode(start(line.formatted(code), "sh", "-c", "exit 2")));
    }
    assertEquals(0, exitCode(start(line.formatted(143), "sh", "-c", "kill -TERM $$")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"tini -s -p SIGUSR1 --", "iosock --parent-death SIGUSR1 -"})
  void theCommandGetsTheSignalOfTheParentsDeath(String line) throws Exception {
    Iosock.script(directory);
    String command = Programs.compiled("printsignals") + " >leader";
    String supervisor = line.replace("iosock", "./iosock");
    Process parent = start("env", "sh", "-c", supervisor + " " + command + "; exit 1");
    awaitFile("leader", "ready\n");
    long pid = Proc.children(parent.pid()).getFirst();
    parent.destroyForcibly();
    awaitFile("leader", "ready\nUSR1\n");
    Proc.killAll(Proc.tree(ProcessHandle.of(pid).orElseThrow()));
  }

  /** Outside of a namespace, whose processes end with process 1 in any case. */
  @ParameterizedTest
  @ValueSource(strings = {"dumb-init", "iosock -g -"})
  void descendantsAreToldAtTheExit(String line) throws Exception {
    String script =
        Programs.compiled("printsignals")
            + " >member & echo $! >p; mv p pid; until grep -q ready member; do sleep 0.05; done;"
            + " exit 3";
    assertEquals(3, exitCode(start(line, "sh", "-c", script)));
    await().atMost(20, SECONDS).until(() -> read("member").startsWith("ready\nTERM\n"));
    Proc.signal(Long.parseLong(read("pid").strip()), "-KILL");
  }

  /** As process 1 the rest of the group has until the time is over. */
  @ParameterizedTest
  @ValueSource(strings = {"1:iosock -g --stop-timeout 20 -"})
  void descendantsHaveTimeToEnd(String line) throws Exception {
    String saving =
        "trap \"sleep 0.5; echo saved >saved; exit\" TERM; : >ready;"
            + " while :; do sleep 0.1; done";
    String script = "sh -c '" + saving + "' & until [ -e ready ]; do sleep 0.05; done; exit 3";
    assertEquals(3, exitCode(start(line, "sh", "-c", script)));
    assertEquals("saved\n", read("saved"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1:tini -g --", "dumb-init", "1:iosock -g -", "iosock -g -"})
  void sigtstpStopsTheCommandAndSigcontHasItGoOn(String line) throws Exception {
    Process supervisor = start(line, "sh", "-c", ": >ready; exec sleep 1000");
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("ready")));
    long pid = pid(line, supervisor);
    long command = Proc.children(pid).getFirst();
    for (int i = 0; i < 3; i++) {
      Proc.signal(pid, "-TSTP");
      await().atMost(20, SECONDS).until(() -> Proc.state(command) == 'T');
      if (line.equals("dumb-init")) {
        // It stops itself a moment later, and would lose a signal that came before.
        await().atMost(20, SECONDS).until(() -> Proc.state(pid) == 'T');
      }
      Proc.signal(pid, "-CONT");
      await().atMost(20, SECONDS).until(() -> Proc.state(command) != 'T');
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"1:iosock --stop-timeout 0.5 -", "1:iosock -g --stop-timeout 0.5 -"})
  void asProcess1ACommandThatDoesNotStopIsKilled(String line) throws Exception {
    Process supervisor =
        start(line, "sh", "-c", "trap '' TERM; : >ready; while :; do sleep 0.1; done");
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("ready")));
    Proc.signal(pid(line, supervisor), "-TERM");
    assertEquals(128 + 9, exitCode(supervisor));
  }

  @Test
  void asProcess1TheFirstTimeIsTheText() throws Exception {
    String line = "1:iosock --stop-input stop\\n ./s.sock";
    String script = "trap 'echo TERM' TERM; : >ready; read line; echo \"got $line\" >got; exit 5";
    Process supervisor = start(line, "sh", "-c", script);
    await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("ready")));
    Proc.signal(pid(line, supervisor), "-TERM");
    assertEquals(5, exitCode(supervisor));
    assertEquals("got stop\n", read("got"));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  private Process start(String line, String... command) throws IOException {
    boolean isProcess1 = line.startsWith(PROCESS_1);
    List<String> all = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    all.addAll(isProcess1 ? NAMESPACE : List.of());
    for (String word : line.substring(isProcess1 ? PROCESS_1.length() : 0).split(" ")) {
      all.addAll(
          word.equals("iosock")
              // Two VMs that are process 1 and share /tmp collide on a file there.
              ? Iosock.commandLine(List.of("-XX:-UsePerfData"))
              : List.of(word));
    }
    all.addAll(List.of(command));
    Process process =
        Forks.start(
            new ProcessBuilder(all)
                .directory(directory.toFile())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("output").toFile()));
    started.add(process);
    return process;
  }

  /** The supervisor, once its command runs. */
  private static long pid(String line, Process process) {
    return line.startsWith(PROCESS_1) ? Proc.children(process.pid()).getFirst() : process.pid();
  }

  private static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(30, SECONDS), "it is still running");
    return process.exitValue();
  }

  private void awaitFile(String name, String expected) {
    await().atMost(20, SECONDS).until(() -> read(name), expected::equals);
  }

  private String read(String name) throws IOException {
    Path file = directory.resolve(name);
    return Files.exists(file) ? Files.readString(file) : "";
  }
}
