package iosock.child;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.ResourceLimit;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import support.Tool;

class LauncherTest {

  private static final int EACCES = 13;
  private static final int ENOTDIR = 20;

  /** As many addresses do not fit on a stack of 1 MiB, which is that of Java's main thread. */
  private static final int MANY_ARGUMENTS = 160_000;

  @TempDir Path directory;

  private final Libc libc = new Libc();
  private final ResourceLimit openFiles = OpenFileLimit.current(libc);
  private final Launcher launcher = new Launcher(libc, new SignalState(0, 0), openFiles);
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);

  /** In two VMs at once, since neither keeps a processor busy. */
  @Test
  @Timeout(300)
  void everyStartSucceedsDuringCollectionsAndCompilations() throws Exception {
    Path one = Files.createDirectory(directory.resolve("one"));
    Path other = Files.createDirectory(directory.resolve("other"));
    try (Storm first = Storm.start(one, 10_000, "pipes");
        Storm second = Storm.start(other, 10_000, "pipes")) {
      first.assertEachCommandRan();
      second.assertEachCommandRan();
    }
  }

  @Test
  @Timeout(300)
  void everyStartOnATerminalSucceedsDuringCollectionsAndCompilations() throws Exception {
    try (Storm storm = Storm.start(directory, 1000, "terminal")) {
      storm.assertEachCommandRan();
    }
  }

  @Test
  void theErrorOfExecIsReported() throws Exception {
    assertEquals(Errno.ENOENT, errno("no-such-command-anywhere"));
    assertEquals(Errno.ENOENT, errno(""));
    assertEquals(EACCES, errno("/etc/passwd"));
    assertEquals(EACCES, errno("/etc"));
    assertEquals(ENOTDIR, errno("/etc/passwd/x"));
    assertEquals(Errno.ENOENT, errno(executable("#!/no/such/interpreter\n")));
  }

  /** execve(2) fails with ENOEXEC, and execvp(3) then executes the shell with the file. */
  @Test
  void aFileThatIsNoProgramIsRunByTheShell() throws Exception {
    assertEquals(7, exitCode(executable("exit 7\n")));
    assertEquals(0, exitCode(executable("")));
  }

  @Test
  void aScriptWithoutAnInterpreterLineGetsManyArguments() throws Exception {
    String script = executable("[ $# -eq " + MANY_ARGUMENTS + " ] && exit 7\n");
    List<String> arguments = Collections.nCopies(MANY_ARGUMENTS, "x");
    assertEquals(
        7, exitCode(Stream.concat(Stream.of(script), arguments.stream()).toArray(String[]::new)));
  }

  /** The limit does not hold for root. */
  @Test
  void tooManyProcessesAreAFailure() throws Exception {
    List<String> line = new ArrayList<>();
    if (System.getProperty("user.name").equals("root")) {
      Tool.require("setpriv", "util-linux");
      line.add("setpriv");
      line.add("--reuid=65534");
      // To read the classes.
      line.add("--inh-caps=+dac_override");
      line.add("--ambient-caps=+dac_override");
    }
    line.addAll(Vm.commandLine(ProcessLimit.class));
    Process program = new ProcessBuilder(line).redirectErrorStream(true).start();
    String output = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals("start, true, " + Errno.EAGAIN + "\n", output);
    assertEquals(0, program.waitFor());
  }

  @Test
  void noDescriptorAndNoProcessIsLeft() throws Exception {
    startAndFail();
    int before = openDescriptors();
    for (int i = 0; i < 10; i++) {
      startAndFail();
    }
    assertEquals(before, openDescriptors());
    assertEquals(0, ProcessHandle.current().children().count());
  }

  private void startAndFail() throws CommandNotRun {
    assertEquals(0, exitCode("true"));
    errno("no-such-command-anywhere");
  }

  private static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  private String executable(String content) throws IOException {
    Path file = Files.createTempFile(directory, "program", "");
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return file.toString();
  }

  private int errno(String command) {
    return assertThrows(CommandNotRun.class, () -> exitCode(command)).errno();
  }

  private int exitCode(String... argv) throws CommandNotRun {
    StdioPipes stdio = new StdioPipes(libc);
    try {
      Child command = launcher.start(Stream.of(argv).map(Ascii::bytes).toList(), stdio);
      assertEquals(command.pid(), libc.waitpid(command.pid(), status, 0));
      return ExitCode.of(status.getInt(0));
    } finally {
      stdio.close();
    }
  }
}
