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
 * A container in which iosock is process 1, with a directory of the machine where its socket is.
 * Closing it removes it, even if it runs.
 */
final class Container implements AutoCloseable {

  /** The socket, as iosock is told. */
  static final String SOCKET = "/socket/s.sock";

  private static final int PATIENCE_SECONDS = 30;

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
    private final List<String> words = new ArrayList<>(List.of("run", "--detach"));

    private Builder(Podman podman, Path directory) {
      this.podman = podman;
      this.directory = directory;
      with("--network=none", "--cgroups=disabled", "--log-driver=k8s-file");
      // Podman's defaults are more than is allowed to the root of some machines.
      with("--ulimit=nofile=512:1024", "--ulimit=nproc=4096:4096");
      with("--volume=" + directory + ":" + Path.of(SOCKET).getParent() + ":U");
    }

    /** Options of podman-run(1). */
    Builder with(String... options) {
      words.addAll(List.of(options));
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
      with("--rootfs", files.path().toString());
      with(RootFileSystem.IOSOCK + "/bin/java", "-m", "iosock");
      return start(arguments);
    }

    /** From an image of Podman's whose entrypoint is iosock. */
    Container start(String image, String... arguments) throws IOException, InterruptedException {
      return with(image).start(arguments);
    }

    private Container start(String... arguments) throws IOException, InterruptedException {
      return new Container(podman, directory, podman.run(with(arguments).words).strip());
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
        .atMost(PATIENCE_SECONDS, SECONDS)
        .ignoreExceptionsInstanceOf(IOException.class)
        .until(() -> Client.connect(socket()), Objects::nonNull);
  }

  /** Everything that went to standard output and standard error. */
  String logs() throws IOException, InterruptedException {
    return podman.run("logs", id);
  }

  void awaitLogs(String text) {
    await().atMost(PATIENCE_SECONDS, SECONDS).until(() -> logs().contains(text));
  }

  /**
   * @param signal as podman-kill(1) takes it
   */
  void kill(String signal) throws IOException, InterruptedException {
    podman.run("kill", "--signal=" + signal, id);
  }

  /** Ends it as a user does; after Podman's 10 seconds of grace by SIGKILL. */
  void stop() throws IOException, InterruptedException {
    podman.run("stop", id);
  }

  /** Waits for its end. */
  int exitCode() throws IOException, InterruptedException {
    return Integer.parseInt(podman.run("wait", id).strip());
  }

  /** As Podman remembers it, once it has ended. */
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
