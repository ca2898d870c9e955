package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Tool;

/** As process 1 of a PID namespace. */
class Pid1IT {

  private static final int SIGTERM = 15;

  /**
   * Two VMs that are process 1 and share /tmp collide on a file, and the second prints a warning.
   */
  private static final String NO_PERF_DATA = "-XX:-UsePerfData";

  @TempDir static Path scratch;
  @TempDir Path directory;

  @BeforeAll
  static void namespacesCanBeMade() throws Exception {
    Tool.require("unshare", "util-linux");
    Tool.requireToRun(
        Run.of(scratch, "unshare", "-pf", "--mount-proc", "true"), "PID namespaces need root");
  }

  @Test
  void orphansAreReapedAndNotTakenForTheCommand() throws Exception {
    String script =
        "for i in $(seq 100); do (sh -c 'exit 3' & sh -c 'kill -9 $$' & exec true) & done; wait;"
            + " : >orphaned; read x; ps -e -o pid=,stat=,comm=; exit 7";
    Tool.require("ps", "procps");
    try (Iosock iosock = start("sh", "-c", script)) {
      long init = init(iosock);
      // Before the file exists, a single child may mean that no orphan has been made yet.
      await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("orphaned")));
      await().atMost(20, SECONDS).until(() -> Proc.children(init).size() == 1);
      try (Client client = iosock.connect()) {
        String processes = client.send("go\n").readAllText();
        assertFalse(processes.contains("Z"), processes);
        assertEquals(3, processes.lines().count(), processes);
      }
      assertEquals(7, iosock.exitCode());
    }
  }

  /** Its SIGCHLD came before iosock could catch it. */
  @Test
  void anOrphanFromBeforeTheStartIsReapedToo() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "-pf", "--kill-child", "--mount-proc")
            .under("sh", "-c", "true & exec \"$@\"", "sh")
            .withJava(NO_PERF_DATA)
            .start("cat")
            .awaitListening()) {
      long init = init(iosock);
      await().atMost(20, SECONDS).until(() -> isAlone("/cat", init));
    }
  }

  private static boolean isAlone(String program, long init) {
    List<Long> children = Proc.children(init);
    return children.size() == 1 && Proc.program(children.getFirst()).endsWith(program);
  }

  @Test
  void sigtermEndsTheCommandAndIosock() throws Exception {
    try (Iosock iosock = start("sh", "-c", "echo ready; exec sleep 1000")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      Proc.signal(init(iosock), SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @Test
  void theCommandMayHandleSigtermItself() throws Exception {
    try (Iosock iosock =
        start("sh", "-c", "trap 'echo bye; exit 12' TERM; echo ready; while :; do read x; done")) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      Proc.signal(init(iosock), SIGTERM);
      assertEquals(12, iosock.exitCode());
      assertEquals("ready\nbye\n", iosock.output());
    }
  }

  @Test
  void iosockEndsWithTheCommandAndNotWithAnOrphan() throws Exception {
    String script =
        "(sh -c 'sleep 0.2; exit 99' &); (sleep 1000 &); read x; echo final output; exit 5";
    try (Iosock iosock = start("sh", "-c", script)) {
      long init = init(iosock);
      await().atMost(20, SECONDS).until(() -> Proc.children(init).size() == 2);
      try (Client client = iosock.connect()) {
        // The orphan that is left has stdout open, and iosock does not wait for it.
        assertEquals("final output\n", client.send("go\n").readAllText());
      }
      assertEquals(5, iosock.exitCode());
    }
  }

  @Test
  void aGrandchildThatWritesOnDoesNotKeepIosockRunning() throws Exception {
    try (Iosock iosock = start("sh", "-c", "yes & read x; exit 6")) {
      try (Client client = iosock.connect()) {
        client.send("go\n");
        client.readAll();
      }
      assertEquals(6, iosock.exitCode());
    }
  }

  @Test
  void aCommandThatDoesNotExist() throws Exception {
    try (Iosock iosock = start("nosuch")) {
      assertEquals(127, iosock.exitCode());
      assertEquals("iosock: cannot run nosuch: No such file or directory\n", iosock.errors());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  private Iosock start(String... command) throws Exception {
    return Iosock.in(directory)
        .under("unshare", "-pf", "--kill-child", "--mount-proc")
        .withJava(NO_PERF_DATA)
        .start(command)
        .awaitListening();
  }

  /** Process 1, by its number outside. */
  private static long init(Iosock iosock) {
    return Proc.children(iosock.pid()).getFirst();
  }
}
