package service;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;

/** The units {@code cmd.socket} and {@code cmd.service}, under systemd as process 1. */
class SystemdIT {

  private static final Path EXAMPLES =
      Path.of(System.getProperty("iosock.sources")).resolveSibling("src/main/containers");

  /** Answers, and stops when it is told so in a line. */
  private static final String COMMAND =
      """
      #!/bin/sh
      trap 'echo terminated; exit 1' TERM
      echo started
      while read -r x; do
        echo "got $x"
        case $x in
          variables) env | grep -c -e LISTEN_ -e NOTIFY_SOCKET ;;
          descriptors) ls -l /proc/$$/fd | grep -c socket: ;;
          stop) exit 0 ;;
        esac
      done
      """;

  /** There is no journal. */
  private static final String LOG = "[Service]\nStandardOutput=append:/var/log/cmd\n";

  @TempDir Path directory;

  @Test
  void theFirstConnectionStartsTheService() throws Exception {
    try (SystemdMachine machine = machine().boot()) {
      assertEquals("active", machine.show("cmd.socket", "ActiveState"));
      assertEquals("inactive", machine.show("cmd.service", "ActiveState"));
      try (Client client = connect(machine)) {
        client.send("word\nvariables\ndescriptors\n");
        assertEquals("started", client.readLine());
        assertEquals("got word", client.readLine());
        assertEquals("got variables", client.readLine());
        assertEquals("0", client.readLine());
        assertEquals("got descriptors", client.readLine());
        assertEquals("0", client.readLine());
        awaitState(machine, "active");
      }
    }
  }

  @Test
  void stopWritesTheStopText() throws Exception {
    try (SystemdMachine machine = machine().boot()) {
      machine.systemctl("start", "cmd.service");
      machine.systemctl("stop", "cmd.service");
      assertEquals("success", machine.show("cmd.service", "Result"));
      assertEquals("0", machine.show("cmd.service", "ExecMainStatus"));
      assertEquals("started\ngot stop\n", Files.readString(machine.file("/var/log/cmd")));
      assertTrue(Files.exists(machine.file("/run/cmd.sock")));
      machine.systemctl("stop", "cmd.socket");
      assertFalse(Files.exists(machine.file("/run/cmd.sock")));
    }
  }

  /** From the end of one iosock until the start of the next, connections wait in the socket. */
  @Test
  void clientsWaitForARestart() throws Exception {
    String wait =
        "[Service]\nExecStopPost=/bin/sh -c 'while ! [ -e /run/go ]; do sleep 0.02; done'\n";
    try (SystemdMachine machine = machine().with("cmd.service.d/wait.conf", wait).boot()) {
      machine.systemctl("start", "cmd.service");
      String before = machine.show("cmd.service", "MainPID");
      machine.systemctl("restart", "--no-block", "cmd.service");
      await()
          .atMost(30, SECONDS)
          .until(() -> machine.show("cmd.service", "SubState").equals("stop-post"));
      try (Client client = connect(machine).send("word\n")) {
        Files.createFile(machine.file("/run/go"));
        client.readUntil("got word\n");
      }
      awaitState(machine, "active");
      assertFalse(machine.show("cmd.service", "MainPID").equals(before));
    }
  }

  /** A command that cannot be executed is never ready. */
  @Test
  void aServiceWhoseCommandDoesNotRunFails() throws Exception {
    String once = "[Service]\nRestart=no\n";
    try (SystemdMachine machine = machine().with("cmd.service.d/once.conf", once).boot()) {
      Files.delete(machine.file("/etc/cmd"));
      assertEquals(1, machine.run("systemctl", "start", "cmd.service").exitCode());
      assertEquals("127", machine.show("cmd.service", "ExecMainStatus"));
    }
  }

  private SystemdMachine.Builder machine() throws Exception {
    Path command = Files.createDirectory(directory.resolve("etc")).resolve("cmd");
    Files.writeString(command, COMMAND);
    assertTrue(command.toFile().setExecutable(true, false));
    String socket = Files.readString(EXAMPLES.resolve("cmd.socket"));
    String service = Files.readString(EXAMPLES.resolve("cmd.service"));
    assertTrue(service.contains(" fd:3 cmd\n"));
    return SystemdMachine.in(directory)
        .with("cmd.socket", socket)
        .with("cmd.service", service.replace(" fd:3 cmd\n", " fd:3 /etc/cmd\n"))
        .with("cmd.service.d/log.conf", LOG)
        .with("multi-user.target.d/cmd.conf", "[Unit]\nWants=cmd.socket\n");
  }

  private static Client connect(SystemdMachine machine) throws Exception {
    Path socket = machine.file("/run/cmd.sock");
    await().atMost(30, SECONDS).until(() -> Files.exists(socket));
    return Client.connect(socket);
  }

  private static void awaitState(SystemdMachine machine, String state) {
    await()
        .atMost(30, SECONDS)
        .until(() -> machine.show("cmd.service", "ActiveState").equals(state));
  }
}
