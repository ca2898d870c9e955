package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;
import support.Tool;

/**
 * Descriptors that a peer sends. Each is a TCP socket that close(2) waits for: if the kernel drops
 * it in iosock's thread, iosock does nothing more for an hour.
 */
class PassedDescriptorIT {

  private static final int SIGTERM = 15;

  @TempDir Path directory;

  private Process peer;

  @BeforeEach
  void requireTheOption() throws Exception {
    Tool.requireToRun(
        Run.of(directory, Programs.compiled("lingerer"), "supported"),
        "Linux 6.16 is the first that can refuse descriptors");
  }

  @AfterEach
  void endPeer() {
    if (peer != null) {
      Proc.killAll(Proc.tree(peer.toHandle()));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second", "beside", "after"})
  void aClientOfACommandCannotSendOne(String where) throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      startPeer("connect", where);
      assertEquals("refused", answer());
      endPeer();
      expectServiceAndEnd(iosock);
    }
  }

  @ParameterizedTest
  @CsvSource({"connect, first", "connect, second", "connect, beside", "sizes, first"})
  void aClientOfATerminalCannotSendOne(String mode, String where) throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      startPeer(mode, where);
      assertEquals("refused", answer());
      endPeer();
      try (Client next = server.iosock().connect()) {
        next.send("next").readUntil("next");
      }
      server.iosock().signal(SIGTERM);
      assertEquals(128 + SIGTERM, server.iosock().exitCode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second", "beside"})
  void aClientOfServeCannotSendOne(String where) throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      startPeer("connect", where);
      assertEquals("refused", answer());
      await().atMost(30, SECONDS).until(() -> iosock.output().endsWith("alive\n"));
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"first", "second", "beside"})
  void aServerThatIosockConnectsToCannotSendOne(String where) throws Exception {
    startPeer("listen", where);
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
      assertEquals("refused", answer());
      await().atMost(30, SECONDS).until(() -> iosock.output().endsWith("alive\n"));
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
    }
  }

  /** It takes descriptors beside the first bytes, among which is the one that it waits for. */
  @ParameterizedTest
  @CsvSource({"first, passed", "second, passed", "beside, passed", "after, refused"})
  void aServerOfATerminalHoldsNothingUp(String where, String answer) throws Exception {
    startPeer("listen", where);
    try (Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      if (where.equals("after")) {
        terminal.awaitText("first");
        terminal.type("x");
      }
      assertEquals(answer, answer());
      terminal.awaitText("alive");
      client.detach();
    }
  }

  private void startPeer(String mode, String where) throws Exception {
    peer =
        Forks.start(
            new ProcessBuilder(Programs.compiled("lingerer"), mode, "s.sock", where)
                .directory(directory.toFile())
                .redirectError(directory.resolve("peer").toFile()));
    if (mode.equals("listen")) {
      await().atMost(30, SECONDS).until(() -> Proc.isListening(peer.pid()));
    }
  }

  private String answer() throws IOException {
    StringBuilder line = new StringBuilder();
    int next;
    while ((next = peer.getInputStream().read()) >= 0 && next != '\n') {
      line.append((char) next);
    }
    return line.toString();
  }

  private static void expectServiceAndEnd(Iosock iosock) throws Exception {
    try (Client next = iosock.connect()) {
      next.send("next\n").readUntil("next\n");
    }
    iosock.signal(SIGTERM);
    assertEquals(128 + SIGTERM, iosock.exitCode());
  }
}
