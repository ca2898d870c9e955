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
import support.Proc;
import support.Run;
import support.Tool;

/**
 * Podman and crun, with a storage of their own, in namespaces where they find nothing of a Podman
 * that this machine may have. Closing it ends every container and unmounts everything, as these
 * namespaces go; so does the end of the tests, whatever ends them.
 */
final class Podman implements AutoCloseable {

  /**
   * crun wants the one hierarchy of cgroup2, which is not where a machine also has old ones. Podman
   * writes to the other places, wherever its storage is.
   */
  private static final String MOUNTS =
      "mount -t cgroup2 none /sys/fs/cgroup"
          + " && mount -t tmpfs none /run"
          + " && mount -t tmpfs none /dev/shm"
          + " && mount -t tmpfs none /var/lib";

  /** bash reaps, while it reads, what is left to process 1; Podman waits for some of that. */
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
   * @param directory for the storage, empty
   */
  static Podman open(Path directory) throws IOException, InterruptedException {
    Tool.require("podman", "podman");
    Tool.require("crun", "crun");
    Tool.require("nsenter", "util-linux");
    Tool.requireToRun(
        Run.of(directory, "unshare", "--mount", "--pid", "--fork", "true"), "namespaces need root");
    Process holder =
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
            .redirectError(directory.resolve("errors").toFile())
            .start();
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
   * @return what it printed
   */
  String run(List<String> words) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(command);
    all.addAll(words);
    Run run = Run.of(directory, all.toArray(String[]::new));
    assertEquals(0, run.exitCode(), () -> String.join(" ", words) + ": " + run.output());
    return run.output();
  }

  String run(String... words) throws IOException, InterruptedException {
    return run(List.of(words));
  }

  @Override
  public void close() throws IOException {
    // Ends bash, and with it all in its namespace; unshare, its parent, waits until they are gone.
    holder.getOutputStream().close();
    try {
      holder.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
