package start;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Build;
import support.Run;
import support.Tool;

/** Files of proc(5) that cannot be read: strace(1) makes the system calls fail. */
class ProcFaultIT {

  private static final String[] COMMAND = {"-", "echo", "hello"};

  @TempDir Path directory;

  @BeforeEach
  void requireStrace() throws Exception {
    Tool.require("strace", "strace");
    Tool.requireToRun(Run.of(directory, "strace", "-qq", "true"), "strace needs ptrace(2)");
  }

  @ParameterizedTest
  @CsvSource({
    "openat,   /proc/self/cmdline, cannot open",
    "openat,   /proc/self/status,  cannot open",
    "readlink, /proc/self/fd/0,    cannot read",
  })
  void aFileThatCannotBeReadIsNamed(String call, String path, String message) throws Exception {
    assertEquals(
        new Run(125, "iosock: " + message + " " + path + ": Permission denied\n"),
        run(Build.DEFAULT, "-P", path, "-e", "inject=" + call + ":error=EACCES"));
  }

  /** The VM's launcher reads it too, in another thread and less often than the main thread. */
  @Test
  void theVmsProgramThatCannotBeReadIsNamed() throws Exception {
    Path trace = directory.resolve("trace");
    String readlink = "trace=readlink";
    assertEquals(new Run(0, "hello\n"), run(Build.JAR, "-e", readlink, "-o", "" + trace));
    List<String> calls = new ArrayList<>(Files.readAllLines(trace, StandardCharsets.ISO_8859_1));
    calls.removeIf(line -> !line.contains(" readlink("));
    int last = calls.size() - 1;
    while (!calls.get(last).contains("\"/proc/self/exe\"")) {
      last--;
    }
    String thread = calls.get(last).split(" ")[0];
    long inMain = calls.subList(0, last + 1).stream().filter(l -> l.startsWith(thread)).count();
    long inLauncher =
        calls.stream().filter(l -> l.startsWith(calls.getFirst().split(" ")[0])).count();
    assertTrue(inMain > inLauncher, calls::toString);
    assertEquals(
        new Run(125, "iosock: cannot read /proc/self/exe: Permission denied\n"),
        run(Build.JAR, "-e", "inject=readlink:error=EACCES:when=" + inMain));
  }

  @Test
  void anInterruptedCallIsMadeAgain() throws Exception {
    assertEquals(
        new Run(0, "hello\n"),
        run(
            Build.DEFAULT,
            "-P",
            "/proc/self/cmdline",
            "-P",
            "/proc/self/status",
            "-e",
            "inject=openat:error=EINTR:when=1+2"));
  }

  /** The jar looks there for the limit of open files; without it the VM's limit stays. */
  @ParameterizedTest
  @ValueSource(strings = {"error=EACCES", "error=ENOENT"})
  void theParentsLimitsNeedNotBeReadable(String fault) throws Exception {
    List<String> line = new ArrayList<>(List.of("sh", "-c"));
    line.add(
        "strace -f --quiet=attach,exit,path-resolution -o /dev/null -P /proc/$$/limits \"$@\"; exit $?");
    line.addAll(List.of("sh", "-e", "inject=openat:" + fault));
    line.addAll(Build.JAR.commandLine(List.of()));
    line.addAll(List.of(COMMAND));
    assertEquals(new Run(0, "hello\n"), Run.of(directory, line.toArray(String[]::new)));
  }

  private Run run(Build build, String... options) throws Exception {
    List<String> line =
        new ArrayList<>(
            List.of("strace", "-f", "--quiet=attach,exit,path-resolution", "-o", "/dev/null"));
    line.addAll(List.of(options));
    line.addAll(build.commandLine(List.of()));
    line.addAll(List.of(COMMAND));
    return Run.of(directory, line.toArray(String[]::new));
  }
}
