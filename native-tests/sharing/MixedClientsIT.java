package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Terminal;
import support.Tool;

/** Clients of every kind at once, on a shell with a terminal. */
class MixedClientsIT {

  private static final String DETACH = "\u001c";

  @TempDir Path directory;

  @BeforeEach
  void requireTools() {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
  }

  @Test
  void eachSeesWhatTheOthersType() throws Exception {
    try (Iosock iosock = shell(4);
        Peer netcat = Peer.start(directory, "nc", "-U", "./s.sock");
        Peer socat = Peer.start(directory, "socat", "-", "UNIX-CONNECT:./s.sock");
        Peer client = Peer.iosock(directory, "--connect", "./s.sock");
        Terminal terminal = Terminal.open(30, 90)) {
      netcat.send("echo $((1000+1))\n").awaitOutput("1001");
      socat.send("echo $((1000+2))\n").awaitOutput("1002");
      client.send("echo $((1000+3))\n").awaitOutput("1003");
      Process attached = attach(terminal);
      terminal.type("echo $((1000+4))\r").awaitText("1004");
      // Each kind types once more, now that all are connected.
      netcat.send("echo $((2000+1))\n");
      awaitEverywhere("2001", terminal, netcat, socat, client);
      socat.send("echo $((2000+2))\n");
      awaitEverywhere("2002", terminal, netcat, socat, client);
      client.send("echo $((2000+3))\n");
      awaitEverywhere("2003", terminal, netcat, socat, client);
      terminal.type("echo $((2000+4))\r");
      awaitEverywhere("2004", terminal, netcat, socat, client);

      terminal.type(DETACH).awaitText("iosock: detached from ./s.sock");
      assertEquals(0, Terminal.exitCode(attached));
      netcat.send("echo $((3000+1))\n").awaitOutput("3001");
      socat.awaitOutput("3001");
      client.awaitOutput("3001");
      socat.send("exit 5\n");
      assertEquals(5, iosock.exitCode());
      assertEquals(0, netcat.exitCode());
      assertEquals(0, socat.exitCode());
      assertEquals(0, client.exitCode());
      assertEquals("", client.errors());
      assertEquals("", iosock.errors());
    }
  }

  private static void awaitEverywhere(String text, Terminal terminal, Peer... peers)
      throws IOException {
    terminal.awaitText(text);
    for (Peer peer : peers) {
      peer.awaitOutput(text);
    }
  }

  @Test
  void theSizeIsThatOfTheClientWhichAttachedTypedOrChangedItLast() throws Exception {
    try (Iosock iosock = shell(4);
        Peer netcat = Peer.start(directory, "nc", "-U", "./s.sock");
        Terminal first = Terminal.open(30, 90);
        Terminal second = Terminal.open(40, 100)) {
      netcat.send("echo $((1000+1))\n").awaitOutput("1001");
      Path slave = terminalOfShell(iosock);
      attach(first);
      awaitSize(slave, "30 90");
      first.type("echo $((1000+2))\r").awaitText("1002");
      attach(second);
      awaitSize(slave, "40 100");
      second.type("echo $((1000+3))\r").awaitText("1003");
      assertEquals("40 100", size(slave));

      first.awaitText("1003");
      first.type("echo $((1000+4))\r").awaitText("1004");
      awaitSize(slave, "30 90");

      second.resize(41, 101);
      awaitSize(slave, "41 101");
      first.resize(31, 91);
      awaitSize(slave, "31 91");
      second.type("echo $((1000+5))\r").awaitText("1005");
      awaitSize(slave, "41 101");

      netcat.send("echo $((1000+6))\n").awaitOutput("1006");
      assertEquals("41 101", size(slave));
    }
  }

  @Test
  void theSizeStaysRightAfterAnotherClientHasDetached() throws Exception {
    try (Iosock iosock = shell(2);
        Terminal first = Terminal.open(30, 90);
        Terminal second = Terminal.open(40, 100)) {
      Path slave = terminalOfShell(iosock);
      attach(first);
      first.type("echo $((1000+1))\r").awaitText("1001");
      Process leaving = attach(second);
      awaitSize(slave, "40 100");
      second.type(DETACH).awaitText("iosock: detached from ./s.sock");
      assertEquals(0, Terminal.exitCode(leaving));
      first.type("echo $((1000+2))\r").awaitText("1002");
      awaitSize(slave, "30 90");
      first.resize(32, 92);
      awaitSize(slave, "32 92");
    }
  }

  @Test
  void aFloodIsWholeAtEachOfThem() throws Exception {
    byte[] all = Numbers.upTo(300_000);
    String script = "stty raw -echo; echo ready; read x; exec seq 300000";
    try (Iosock iosock = Shared.running(directory, "-p -c 3", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      int alone = Proc.sockets(iosock.pid());
      try (Peer netcat = Peer.start(directory, "nc", "-U", "./s.sock");
          Peer socat = Peer.start(directory, "socat", "-", "UNIX-CONNECT:./s.sock");
          Peer client = Peer.iosock(directory, "--connect", "./s.sock")) {
        Shared.awaitSockets(iosock, alone + 3);
        client.send("go\n");
        assertEquals(0, iosock.exitCode());
        for (Peer peer : new Peer[] {netcat, socat, client}) {
          assertEquals(0, peer.exitCode());
          assertArrayEquals(all, peer.outputBytes());
        }
      }
    }
  }

  private Iosock shell(int clients) throws IOException {
    Iosock iosock =
        Iosock.in(directory)
            .startWith(
                Shared.arguments(
                    "-p -c " + clients,
                    "./s.sock",
                    "env",
                    "PS1=$ ",
                    "bash",
                    "--norc",
                    "--noprofile",
                    "--noediting",
                    "-i"));
    await().atMost(20, SECONDS).until(() -> iosock.output().endsWith("$ "));
    return iosock;
  }

  private Process attach(Terminal terminal) throws IOException {
    Process process = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
    terminal.awaitText("iosock: attached to ./s.sock; Ctrl-\\ detaches\r\n");
    terminal.awaitRaw();
    return process;
  }

  private static Path terminalOfShell(Iosock iosock) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/" + iosock.commandPid() + "/fd/0"));
  }

  private static String size(Path terminal) throws IOException, InterruptedException {
    Run run = Run.of(Path.of("/"), "stty", "-F", terminal.toString(), "size");
    assertEquals(0, run.exitCode(), run.output());
    return run.output().strip();
  }

  private static void awaitSize(Path terminal, String expected)
      throws IOException, InterruptedException {
    try {
      await().atMost(20, SECONDS).until(() -> size(terminal).equals(expected));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("not " + expected + " but " + size(terminal), e);
    }
  }
}
