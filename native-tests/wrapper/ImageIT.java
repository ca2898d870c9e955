package wrapper;

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
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Forks;
import support.Proc;
import support.Programs;
import support.Run;
import support.Tool;

/** A copy of the image, as it is installed. */
class ImageIT {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));
  private static final String NAME = "@iosock-image-" + ProcessHandle.current().pid();

  /** Threads with a timer of the VM that no option turns off; each fires every 5 seconds. */
  private static final Set<String> TIMERS = Set.of("VM Periodic Tas", "C1 CompilerThre");

  @TempDir static Path scratch;
  private static Path copy;

  @BeforeAll
  static void copyTheImage() throws Exception {
    copy = scratch.resolve("a copy");
    assertEquals(new Run(0, ""), Run.of(scratch, "cp", "-r", IMAGE.toString(), copy.toString()));
  }

  /** The VM loads other classes for each charset; most containers have no locale. */
  @ParameterizedTest
  @ValueSource(strings = {"C", "C.UTF-8"})
  void everyClassComesFromTheArchive(String locale) throws Exception {
    List<String> line = new ArrayList<>(List.of("env", "LC_ALL=" + locale));
    line.addAll(List.of(listClasses(copy)));
    assertEveryClassComesFromTheArchive(Run.of(scratch, line.toArray(String[]::new)));
  }

  @Test
  void everyClassComesFromTheArchiveOnAReadOnlyFileSystem() throws Exception {
    Tool.require("unshare", "util-linux");
    Tool.require("setpriv", "util-linux");
    Tool.requireToRun(runReadOnly("true"), "mounts need root");
    assertEveryClassComesFromTheArchive(runReadOnly(listClasses(Path.of("/mnt"))));
  }

  /** As user nobody, with the copy at /mnt, read-only. */
  private static Run runReadOnly(String... command) throws IOException, InterruptedException {
    String mount =
        "mount --bind \"$1\" /mnt && mount -o remount,ro,bind /mnt && cd /mnt && shift"
            + " && exec setpriv --reuid=65534 --regid=65534 --clear-groups \"$@\"";
    List<String> line = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", mount, "sh"));
    line.add(copy.toString());
    line.addAll(List.of(command));
    return Run.of(scratch, line.toArray(String[]::new));
  }

  private static String[] listClasses(Path image) {
    return new String[] {image + "/bin/java", "-Xlog:class+load", "-m", "iosock", NAME, "true"};
  }

  private static void assertEveryClassComesFromTheArchive(Run run) {
    assertEquals(0, run.exitCode(), run.output());
    assertTrue(run.output().contains("iosock.Main source: shared objects file"), run.output());
    assertFalse(run.output().contains("source: jrt:"), run.output());
    assertEquals(4, generatedClasses(run).size(), run.output());
  }

  /** What linking the call to libc generates in each run, with nothing from the archive for it. */
  private static List<String> generatedClasses(Run run) {
    return run.output()
        .lines()
        .filter(line -> line.contains(" source: ") && !line.contains("shared objects file"))
        .toList();
  }

  @Test
  void theVmHasNoSymbolsForADebugger() throws Exception {
    Tool.require("nm", "binutils");
    Run run = Run.of(scratch, "nm", copy.resolve("lib/server/libjvm.so").toString());
    assertTrue(run.output().contains("no symbols"), run.output());
  }

  /** The VM has all of it on its heap, which is small in the image. */
  @Test
  void theLongestCommandLine() throws Exception {
    String unlimited = "ulimit -s unlimited";
    Tool.requireToRun(
        Run.of(scratch, "sh", "-c", unlimited), "the longest line needs a stack without a limit");
    String script =
        unlimited
            + "; a=$(printf %0100000d 1);"
            + " for i in $(seq 56); do set -- \"$@\" $a; done; exec \"$@\"";
    Run run =
        Run.of(
            scratch,
            "sh",
            "-c",
            script,
            "sh",
            copy.resolve("bin/iosock").toString(),
            NAME,
            "sh",
            "-c",
            "echo $# ${#56}",
            "sh");
    assertEquals(new Run(0, "56 100000\n"), run);
  }

  @Test
  void theEnvironmentToTheByteWithoutBinIosock() throws Exception {
    String probe = Programs.compiled("probe");
    Run direct = Run.of(scratch, inOddEnvironment(probe));
    assertEquals(0, direct.exitCode(), direct.output());
    assertTrue(direct.output().contains("variable 612e623d63\n"), direct.output());
    assertTrue(direct.output().contains("variable 6f64643dff80\n"), direct.output());
    String java = copy.resolve("bin/java").toString();
    Run run = Run.of(scratch, inOddEnvironment(java, "-m", "iosock", NAME, probe));
    assertEquals(variables(direct), variables(run));
  }

  private static String[] inOddEnvironment(String... command) {
    String script =
        "exec env a.b=c 'BASH_FUNC_f%%=() { :; }' empty= odd=$(printf '\\377\\200') \"$@\"";
    List<String> line = new ArrayList<>(List.of("sh", "-c", script, "sh"));
    line.addAll(List.of(command));
    return line.toArray(String[]::new);
  }

  private static List<String> variables(Run probe) {
    return probe.output().lines().filter(line -> line.startsWith("variable ")).toList();
  }

  /** Names that the script would use which is bin/iosock without a C compiler. */
  @Test
  void binIosockChangesNoVariable() throws Exception {
    List<String> line = new ArrayList<>(List.of("env", "name=n", "ignored=i", "program=p"));
    line.addAll(List.of("field=f", copy.resolve("bin/iosock").toString(), NAME, "sh", "-c"));
    line.add("echo $name $ignored $program $field");
    assertEquals(new Run(0, "n i p f\n"), Run.of(scratch, line.toArray(String[]::new)));
  }

  @Test
  void anIdleImageWakesUpForNothingThatCanBeTurnedOff() throws Exception {
    Path socket = scratch.resolve("idle.sock");
    Process iosock =
        Forks.start(
            new ProcessBuilder(copy.resolve("bin/iosock").toString(), socket.toString(), "cat"));
    try {
      await().atMost(20, SECONDS).until(() -> Proc.isListening(iosock.pid()));
      try (Client client = Client.connect(socket)) {
        assertEquals("x", client.send("x").readText(1));
        String[] last = {""};
        await()
            .during(3, SECONDS)
            .atMost(20, SECONDS)
            .until(() -> last[0].equals(last[0] = wakeUps(iosock.pid())));
      }
    } finally {
      iosock.destroyForcibly().waitFor();
    }
  }

  /** How often each thread has gone to sleep. */
  private static String wakeUps(long pid) throws IOException {
    StringBuilder counts = new StringBuilder();
    try (Stream<Path> threads = Files.list(Path.of("/proc", "" + pid, "task"))) {
      for (Path thread : threads.sorted().toList()) {
        String name = Files.readString(thread.resolve("comm")).strip();
        if (!TIMERS.contains(name)) {
          long id = Long.parseLong(thread.getFileName().toString());
          counts.append(name).append(' ').append(Proc.status(id, "voluntary_ctxt_switches"));
        }
      }
    }
    return counts.toString();
  }

  /** In kB, as ulimit(1) takes it. The VM would reserve more than 1 GB for classes. */
  @ParameterizedTest
  @ValueSource(strings = {"- echo hello", "-p - echo hello", "NAME echo hello"})
  void littleAddressSpaceWillDo(String arguments) throws Exception {
    String script = "ulimit -v 500000; exec \"$0\" ".concat(arguments.replace("NAME", NAME));
    Run run = Run.of(scratch, "sh", "-c", script, copy.resolve("bin/iosock").toString());
    assertEquals(new Run(0, "hello"), new Run(run.exitCode(), run.output().strip()));
  }

  /** The VM prints through its log, and directly. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "-XX:+UseLargePages",
        "-XX:SharedArchiveFile=nosuch",
        "-XX:+PrintCommandLineFlags",
      })
  void messagesOfTheVmAreNotOnStdout(String option) throws Exception {
    Run run =
        Run.of(
            scratch,
            "sh",
            "-c",
            "JAVA_TOOL_OPTIONS=" + option + " exec \"$@\" 2>errors",
            "sh",
            copy.resolve("bin/java").toString(),
            "-m",
            "iosock",
            "-",
            "echo",
            "data");
    assertEquals(new Run(0, "data\n"), run);
    assertTrue(Files.readString(scratch.resolve("errors")).contains(option));
  }
}
