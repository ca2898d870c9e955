package container;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import support.Client;

/**
 * A container in which iosock is process 1. Its socket is in a directory of the host. Closing it
 * kills and removes it.
 */
final class Container implements AutoCloseable {

  /** The path of the socket in the container. */
  static final String SOCKET = "/socket/s.sock";

  private static final int TIMEOUT_SECONDS = 30;

  private final Podman podman;
  private final Path directory;
  private final String id;

  private Container(Podman podman, Path directory, String id) {
    this.podman = podman;
    this.directory = directory;
    this.id = id;
  }

  /** How it is to be run. */
  static final class Builder {

    private final Podman podman;
    private final Path directory;
    private final List<String> line = new ArrayList<>(List.of("run", "--detach"));

    private Builder(Podman podman, Path directory) {
      this.podman = podman;
      this.directory = directory;
      with("--network=none", "--cgroups=disabled", "--log-driver=k8s-file");
      // Podman's defaults may exceed the limits of root.
      with("--ulimit=nofile=512:1024", "--ulimit=nproc=4096:4096");
      with("--volume=" + directory + ":" + Path.of(SOCKET).getParent() + ":U");
    }

    /** Options of podman-run(1). */
    Builder with(String... options) {
      line.addAll(List.of(options));
      return this;
    }

    /** On a root file system, with iosock's arguments. */
    Container start(RootFileSystem files, String... arguments)
        throws IOException, InterruptedException {
      with("--rootfs", files.path().toString(), "/usr/local/bin/iosock");
      return start(arguments);
    }

    /** On a root file system that has no shell, with iosock's arguments. */
    Container startWithoutShell(RootFileSystem files, String... arguments)
        throws IOException, InterruptedException {
      with("--rootfs", files.path().toString(), RootFileSystem.IOSOCK + "/bin/iosock");
      return start(arguments);
    }

    /** From a container image whose entrypoint is iosock. */
    Container start(String image, String... arguments) throws IOException, InterruptedException {
      return with(image).start(arguments);
    }

    private Container start(String... arguments) throws IOException, InterruptedException {
      return new Container(podman, directory, podman.run(with(arguments).line).strip());
    }
  }

  /**
   * @param directory where the socket will be
   */
  static Builder in(Podman podman, Path directory) {
    return new Builder(podman, directory);
  }

  Path socket() {
    return directory.resolve(Path.of(SOCKET).getFileName());
  }

  /** Waits until the socket listens. */
  Client connect() {
    return await()
        .atMost(TIMEOUT_SECONDS, SECONDS)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> Client.connect(socket()), Objects::nonNull);
  }

  /** Everything written to stdout and stderr. */
  String logs() throws IOException, InterruptedException {
    return podman.run("logs", id);
  }

  void awaitLogs(String text) {
    await().atMost(TIMEOUT_SECONDS, SECONDS).until(() -> logs().contains(text));
  }

  /**
   * @param signal as podman-kill(1) takes it
   */
  void kill(String signal) throws IOException, InterruptedException {
    podman.run("kill", "--signal=" + signal, id);
  }

  /** As podman-stop(1): SIGTERM, and SIGKILL after 10 seconds. */
  void stop() throws IOException, InterruptedException {
    podman.run("stop", id);
  }

  /** Waits until the container has ended. */
  int exitCode() throws IOException, InterruptedException {
    return Integer.parseInt(podman.run("wait", id).strip());
  }

  /** The exit code that Podman has recorded, once the container has ended. */
  int recordedExitCode() throws IOException, InterruptedException {
    return Integer.parseInt(podman.run("inspect", "--format={{.State.ExitCode}}", id).strip());
  }

  @Override
  public void close() throws IOException {
    try {
      podman.run("rm", "--force", "--time=0", id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
