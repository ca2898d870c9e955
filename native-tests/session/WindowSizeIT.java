package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Iosock;
import support.Proc;
import support.Terminal;
import support.Tool;

/** The command's terminal has the size of the client's terminal. */
class WindowSizeIT {

  /** Prints the size after each SIGWINCH. */
  private static final String PRINT_SIZES =
      "trap 'stty size' WINCH; echo ready; sleep 1000 & while :; do wait $!; done";

  @TempDir Path directory;

  @Test
  void theSizeArrivesAtConnectAndEachChangeAfterTheFirstOutput() throws Exception {
    try (PtyServer server = PtyServer.raw(directory, PRINT_SIZES);
        Terminal terminal = Terminal.open(30, 90)) {
      Iosock iosock = server.iosock();
      Process client = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      terminal.awaitText("30 90\n");
      for (int i = 0; i < 10; i++) {
        terminal.resize(40 + i, 100 + i);
        terminal.awaitText((40 + i) + " " + (100 + i) + "\n");
      }
      iosock.signal(15);
      assertEquals(0, Terminal.exitCode(client));
    }
  }

  @Test
  void changesBeforeTheFirstOutputAreNotLost() throws Exception {
    try (SizedSession<PtyServer> session = SizedSession.withEcho(directory)) {
      session.server().awaitSize(30, 90);
      session.client().resizeAndAwaitNotice(31, 91);
      session.client().resizeAndAwaitNotice(32, 92);
      session.server().awaitIdle();
      assertEquals("30 90", session.server().size());
      session.echo("x");
      session.server().awaitSize(32, 92);
      session.terminal().resize(33, 93);
      session.server().awaitSize(33, 93);
      session.client().detach();
    }
  }

  @Test
  void theNextClientHasItsOwnSize() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      for (int i = 0; i < 3; i++) {
        try (Terminal terminal = Terminal.open(30 + i, 90 + i)) {
          Attached client = Attached.to(directory, terminal);
          server.awaitSize(30 + i, 90 + i);
          terminal.type("x");
          terminal.resize(40 + i, 100 + i);
          server.awaitSize(40 + i, 100 + i);
          client.detach();
        }
      }
    }
  }

  @Test
  void theSizeStaysAfterTheClientHasDetached() throws Exception {
    try (SizedSession<PtyServer> session = SizedSession.withEcho(directory)) {
      session.client().detach();
      session.server().serveAnother();
      assertEquals("30 90", session.server().size());
    }
  }

  @Test
  void aSizeSetByTheCommandStaysUntilTheClientsSizeChanges() throws Exception {
    try (SizedSession<PtyServer> session = SizedSession.withEcho(directory)) {
      PtyServer server = session.server();
      session.echo("x");
      session.terminal().resize(31, 91);
      server.awaitSize(31, 91);
      server.resize(50, 150);
      session.echo("y");
      assertEquals("50 150", server.size());
      session.terminal().resize(32, 92);
      server.awaitSize(32, 92);
      session.client().detach();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"nc -U ./s.sock", "socat - ./s.sock", "./iosock --connect ./s.sock"})
  void otherClientsLeaveTheSizeUnchanged(String command) throws Exception {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    Iosock.script(directory);
    try (PtyServer server = PtyServer.echo(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Process client = terminal.start(directory, command.split(" "));
      // The client's terminal echoes the line, and then the server sends it back.
      terminal.type("a line\n");
      terminal.awaitText("a line\r\na line");
      terminal.resize(31, 91);
      terminal.type("another line\n");
      terminal.awaitText("another line\r\nanother line");
      assertEquals(PtyServer.INITIAL, server.size());
      server.iosock().signal(15);
      assertEquals(0, Terminal.exitCode(client));
    }
  }

  @Test
  void aPlainSocketLeavesTheSizeUnchanged() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      server.resize(50, 150);
      server.serveAnother();
      assertEquals("50 150", server.size());
    }
  }

  @Test
  void ofManyChangesTheLastOneWins() throws Exception {
    try (SizedSession<PtyServer> session = SizedSession.withEcho(directory)) {
      Terminal terminal = session.terminal();
      session.echo("x");
      for (int round = 0; round < 5; round++) {
        for (int i = 0; i < 500; i++) {
          terminal.resize(20 + i % 50, 60 + i % 70);
        }
        terminal.resize(80 + round, 200);
        session.server().awaitSize(80 + round, 200);
      }
      session.client().awaitIdle();
      session.server().awaitIdle();
      session.client().detach();
    }
  }

  @Test
  void aServerThatWasStoppedGetsTheLastSize() throws Exception {
    try (SizedSession<PtyServer> session = SizedSession.withEcho(directory)) {
      PtyServer server = session.server();
      session.echo("x");
      Proc.signal(server.iosock().pid(), "-STOP");
      await().atMost(20, SECONDS).until(() -> Proc.state(server.iosock().pid()) == 'T');
      session.client().resizeAThousandTimes();
      session.terminal().resize(99, 199);
      session.client().awaitIdle();
      Proc.signal(server.iosock().pid(), "-CONT");
      server.awaitSize(99, 199);
      session.echo("y");
      session.terminal().resize(98, 198);
      server.awaitSize(98, 198);
      session.client().detach();
    }
  }

  @Test
  void aSizeThatTheClientsTerminalGetsLaterIsSentThen() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Terminal terminal = Terminal.open(0, 0)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x").awaitText("x");
      assertEquals(PtyServer.INITIAL, server.size());
      terminal.resize(30, 90);
      server.awaitSize(30, 90);
      terminal.resize(0, 0);
      terminal.type("y").awaitText("y");
      assertEquals("30 90", server.size());
      terminal.resize(31, 91);
      server.awaitSize(31, 91);
      client.detach();
    }
  }

  /**
   * EPERM: a client that has turned off SO_PASSRIGHTS. ETOOMANYREFS: unix(7). The first output
   * arrives, and no size after that of the name.
   */
  @ParameterizedTest
  @ValueSource(strings = {"sendmsg:error=EPERM", "sendmsg:error=ETOOMANYREFS"})
  void outputArrivesEvenIfNoDescriptorCanBePassed(String injection) throws Exception {
    try (PtyServer server = PtyServer.echoUnder(directory, strace(injection))) {
      int before = server.descriptors();
      try (Sizer client = Sizer.connectAsIosock(directory, "30x90")) {
        server.awaitSize(30, 90);
        client.echo("one");
        client.echo("two");
        client.assertNothingPassed();
        // Both ends of the channel are closed.
        server.awaitDescriptors(before + 1);
        server.awaitIdle();
      }
      server.awaitDescriptors(before);
    }
    assertInjected();
  }

  @Test
  void outputArrivesEvenIfThereAreNoDescriptorsForAChannel() throws Exception {
    try (PtyServer server = PtyServer.echoUnder(directory, strace("socketpair:error=EMFILE"))) {
      int before = server.descriptors();
      try (Sizer client = Sizer.connectAsIosock(directory, "30x90")) {
        server.awaitSize(30, 90);
        client.echo("one");
        client.assertNothingPassed();
        assertEquals(before + 1, server.descriptors());
      }
      server.awaitDescriptors(before);
      server.serveAnother();
    }
    assertInjected();
  }

  @ParameterizedTest
  @ValueSource(strings = {"sendmsg:error=EAGAIN:when=1..2", "sendmsg:error=EINTR:when=1..2"})
  void theChannelIsPassedOnceTheClientCanReceiveIt(String injection) throws Exception {
    try (PtyServer server = PtyServer.echoUnder(directory, strace(injection));
        Sizer client = Sizer.connectAsIosock(directory, "30x90")) {
      client.echo("one");
      client.assertHasChannel();
      client.tell("size 40 100");
      server.awaitSize(40, 100);
    }
    assertInjected();
  }

  /** Calls of the server fail. Its parent is not strace, so that its pid is the one started. */
  private static String[] strace(String injection) {
    Tool.require("strace", "strace");
    String call = injection.substring(0, injection.indexOf(':'));
    return new String[] {
      "strace", "-D", "-f", "-qq", "-o", "trace", "-e", "trace=" + call, "-e", "inject=" + injection
    };
  }

  private void assertInjected() throws IOException {
    assertTrue(Files.readString(directory.resolve("trace")).contains("(INJECTED)"));
  }

  @Test
  void theSizeIsThatOfTheServersTerminalWhileNoClientHasOne() throws Exception {
    String[] server = {"-p", "./s.sock", "sh", "-c", PRINT_SIZES};
    try (Terminal own = Terminal.open(50, 150);
        Terminal terminal = Terminal.open(30, 90)) {
      own.startIosock(directory, server);
      own.awaitText("ready");
      own.resize(51, 151);
      own.awaitText("51 151");
      Process client = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      terminal.awaitText("30 90\r\n");
      own.resize(52, 152);
      String shown = terminal.awaitText("30 90\r\n");
      assertFalse(shown.contains("52 152"), shown);
      terminal.awaitRaw().type("\u001c");
      assertEquals(0, Terminal.exitCode(client));
      own.resize(53, 153);
      own.awaitText("53 153");
    }
  }

  @Test
  void theSizeIsThatOfTheServersTerminalIfTheClientHasNone() throws Exception {
    String[] server = {"-p", "./s.sock", "sh", "-c", PRINT_SIZES};
    try (Terminal own = Terminal.open(50, 150)) {
      own.startIosock(directory, server);
      own.awaitText("ready");
      try (support.Client client = support.Client.connect(directory.resolve("s.sock"))) {
        client.send("x").readUntil("x");
        own.resize(51, 151);
        client.readUntil("51 151\r\n");
      }
    }
  }
}
