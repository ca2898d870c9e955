package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Build;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Tool;

/** Descriptors above 2 that iosock has inherited are the command's alone once it runs. */
class InheritedDescriptorsIT {

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"IMAGE, ./s.sock", "IMAGE, -p ./s.sock", "IMAGE, -", "IMAGE, -p -", "JAR, ./s.sock"})
  void aPipeALockAndAFileThatTheCommandClosesAreClosed(Build build, String mode) throws Exception {
    Tool.require("flock", "util-linux");
    String inherit = "exec 5>fifo 7>lock 63</dev/null; flock 7; exec \"$@\"";
    String command = "echo word >&5; read x; exec 5>&- 7>&- 63<&-; exec sleep 1000";
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "fifo"));
    Process reader =
        Forks.start(
            new ProcessBuilder("cat", "fifo")
                .directory(directory.toFile())
                .redirectOutput(directory.resolve("read").toFile()));
    List<String> arguments = new ArrayList<>(List.of(mode.split(" ")));
    arguments.addAll(List.of("bash", "-c", command));
    try (Iosock iosock =
        Iosock.in(directory)
            .as(build)
            .under("bash", "-c", inherit, "bash")
            .input(Redirect.PIPE)
            .startWith(arguments.toArray(String[]::new))
            .awaitCommand()) {
      await().atMost(20, SECONDS).until(() -> directory.resolve("read").toFile().length() == 5);
      assertTrue(reader.isAlive());
      assertEquals(1, Run.of(directory, "flock", "-n", "lock", "true").exitCode());
      release(iosock, mode);
      assertTrue(reader.waitFor(20, SECONDS), "the pipe is still open");
      assertEquals(new Run(0, ""), Run.of(directory, "flock", "-n", "lock", "true"));
      assertTrue(iosock.process().isAlive());
      List<Long> open = List.of(5L, 7L, 63L);
      assertEquals(List.of(), open.stream().filter(fd -> isInherited(iosock.pid(), fd)).toList());
    } finally {
      reader.destroyForcibly();
    }
  }

  private void release(Iosock iosock, String mode) throws Exception {
    if (mode.endsWith("s.sock")) {
      iosock.connect().send("\n").close();
    } else {
      iosock.process().getOutputStream().write('\n');
      iosock.process().getOutputStream().flush();
    }
  }

  private boolean isInherited(long pid, long fd) {
    String target = Proc.target(pid, (int) fd);
    return target.startsWith(directory.toString()) || target.equals("/dev/null");
  }
}
