package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.DatagramSocket;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import support.Line;
import support.Proc;
import support.Run;
import support.Tool;

/**
 * A CurveCP server on this machine, with its own keys, that runs a shell on a pseudo-terminal for
 * each client. curvecpmessage gives a server's program the connection as standard input and output,
 * and a client's program as descriptors 6 and 7.
 */
final class CurveCp implements AutoCloseable {

  private static final String NO_EXTENSION = "0".repeat(32);

  private final Path directory;
  private final int port = freePort();
  private final String publicKey;
  private final Line line;

  CurveCp(Path directory) throws Exception {
    Tool.require("curvecpserver", "nacl-tools");
    this.directory = directory;
    assertEquals(new Run(0, ""), Run.of(directory, "curvecpmakekey", "server.key"));
    publicKey = Run.of(directory, "curvecpprintkey", "server.key").output().strip();
    line =
        Line.start(
            directory,
            ("exec curvecpserver this.machine server.key 127.0.0.1 %d %s"
                    + " curvecpmessage sh -c './iosock -p - bash --norc'")
                .formatted(port, NO_EXTENSION));
    String bound = " 0100007F:%04X ".formatted(port);
    await()
        .atMost(20, SECONDS)
        .until(() -> Files.readString(Path.of("/proc/net/udp")).contains(bound));
  }

  private static int freePort() throws Exception {
    try (DatagramSocket socket = new DatagramSocket(0, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /** Starts a client that serves the connection on an abstract socket; waits until that listens. */
  Line connect(String socket) throws Exception {
    Line client =
        Line.start(
            directory,
            ("curvecpclient this.machine %s 127.0.0.1 %d %s"
                    + " curvecpmessage -c sh -c './iosock --serve %s <&6 >&7'")
                .formatted(publicKey, port, NO_EXTENSION, socket));
    await().atMost(20, SECONDS).until(() -> Proc.isListening(socket));
    return client;
  }

  /** How many processes serve clients. */
  int processes() {
    return line.processes().size();
  }

  @Override
  public void close() {
    line.close();
  }
}
