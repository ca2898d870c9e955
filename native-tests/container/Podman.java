package container;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import support.Forks;
import support.Proc;
import support.Run;
import support.Tool;

/**
 * Podman and crun with a storage of their own, in a mount and a PID namespace apart from any Podman
 * of this machine. Closing it ends the namespaces, and with them all containers and mounts; so does
 * the end of the tests, even by SIGKILL.
 */
final class Podman implements AutoCloseable {

  /**
   * crun needs cgroup2 at /sys/fs/cgroup, which a machine that also has cgroup1 mounts elsewhere.
   * Podman writes to the other directories, wherever its storage is.
   */
  private static final String MOUNTS =
      "mount -t cgroup2 none /sys/fs/cgroup"
          + " && mount -t tmpfs none /run"
          + " && mount -t tmpfs none /dev/shm"
          + " && mount -t tmpfs none /var/lib";

  /** bash reaps orphans while it reads; Podman waits for the end of some. */
  private static final String HOLD = MOUNTS + " && : >ready && read";

  private final Path directory;
  private final Process holder;
  private final List<String> command;

  private Podman(Path directory, Process holder, long init) {
    this.directory = directory;
    this.holder = holder;
    command =
        List.of(
            "nsenter",
            "--target=" + init,
            "--mount",
            "--pid",
            "podman",
            "--log-level=error",
            "--runtime=crun",
            "--cgroup-manager=cgroupfs",
            "--storage-driver=vfs",
            "--root=" + directory.resolve("storage"),
            "--runroot=/run/storage");
  }

  /**
   * @param directory an empty one, for the storage
   */
  static Podman open(Path directory) throws IOException, InterruptedException {
    Tool.require("podman", "podman");
    Tool.require("crun", "crun");
    Tool.require("nsenter", "util-linux");
    Tool.requireToRun(
        Run.of(directory, "unshare", "--mount", "--pid", "--fork", "true"), "namespaces need root");
    Process holder =
        Forks.start(
            new ProcessBuilder(
                    "unshare",
                    "--mount",
                    "--pid",
                    "--fork",
                    "--kill-child",
                    "--mount-proc",
                    "bash",
                    "-c",
                    HOLD)
                .directory(directory.toFile())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(directory.resolve("errors").toFile()));
    try {
      await()
          .atMost(20, SECONDS)
          .until(() -> Files.exists(directory.resolve("ready")) || !holder.isAlive());
      assertEquals("", Files.readString(directory.resolve("errors")));
      return new Podman(directory, holder, Proc.children(holder.pid()).getFirst());
    } catch (Throwable failure) {
      holder.destroyForcibly().waitFor();
      throw failure;
    }
  }

  /**
   * @return what Podman printed
   */
  String run(List<String> arguments) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(arguments);
    Run run = Run.of(directory, all.toArray(String[]::new));
    assertEquals(0, run.exitCode(), () -> String.join(" ", arguments) + ": " + run.output());
    return run.output();
  }

  String run(String... arguments) throws IOException, InterruptedException {
    return run(List.of(arguments));
  }

  @Override
  public void close() throws IOException {
    // bash ends, and with it every process of its namespace; unshare waits for them.
    holder.getOutputStream().close();
    try {
      holder.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
