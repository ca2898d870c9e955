package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import support.Forks;
import support.Proc;
import support.Run;

/**
 * A server and a client of ssh on 127.0.0.1, which forward a Unix socket. Keys, configuration and
 * port are their own. Closing it ends both.
 */
final class Ssh implements AutoCloseable {

  private final Path directory;
  private final Path local;
  private Process server;
  private Process client;

  private Ssh(Path directory, Path local) {
    this.directory = directory;
    this.local = local;
  }

  /**
   * @param local where ssh listens, in {@code directory}
   * @param remote where its server connects to
   */
  static Ssh forward(Path directory, String local, String remote) throws Exception {
    Ssh ssh = new Ssh(directory, directory.resolve(local));
    try {
      ssh.start(directory.resolve(remote));
    } catch (Exception | AssertionError e) {
      ssh.close();
      throw e;
    }
    return ssh;
  }

  private void start(Path remote) throws Exception {
    int port = freePort();
    for (String key : List.of("host", "user")) {
      assertEquals(
          new Run(0, ""),
          Run.of(directory, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key));
    }
    Files.copy(directory.resolve("user.pub"), directory.resolve("authorized"));
    Files.writeString(
        directory.resolve("sshd_config"),
        """
        ListenAddress 127.0.0.1
        Port %d
        HostKey %s/host
        AuthorizedKeysFile %s/authorized
        PidFile none
        StrictModes no
        UsePAM no
        PasswordAuthentication no
        """
            .formatted(port, directory, directory));
    // sshd wants this directory of root's to be there.
    Files.createDirectories(Path.of("/run/sshd"));
    server = start("/usr/sbin/sshd", "-D", "-e", "-f", directory.resolve("sshd_config").toString());
    await().atMost(30, SECONDS).until(() -> isListening(port));
    client =
        start(
            "ssh",
            "-F",
            "none",
            "-N",
            "-i",
            "user",
            "-p",
            "" + port,
            "-o",
            "IdentitiesOnly=yes",
            "-o",
            "BatchMode=yes",
            "-o",
            "StrictHostKeyChecking=no",
            "-o",
            "UserKnownHostsFile=" + directory.resolve("known"),
            "-L",
            local + ":" + remote,
            System.getProperty("user.name") + "@127.0.0.1");
    await().atMost(30, SECONDS).until(() -> Files.exists(local));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static boolean isListening(int port) {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  private Process start(String... command) throws IOException {
    return Forks.start(
        new ProcessBuilder(command)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(directory.resolve("ssh").toFile())));
  }

  /** Where ssh listens. */
  Path local() {
    return local;
  }

  @Override
  public void close() {
    for (Process process : new Process[] {client, server}) {
      if (process != null) {
        Proc.killAll(Proc.tree(process.toHandle()));
      }
    }
  }
}
