package errors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Server;

/** Every system call of the loop fails, once and every third time. */
@Tag("long")
class InjectedErrorIT {

  private static final int SIGTERM = 15;
  private static final int SIGWINCH = 28;
  private static final List<String> WHEN = List.of("1", "2+3");
  private static final List<String> NOT_NOW = List.of("EINTR", "EAGAIN");
  private static final List<String> SHORTAGE = List.of("ENOMEM", "ENOBUFS");
  private static final List<String> REFUSAL = List.of("EPERM", "ENOSYS");

  @TempDir Path directory;

  /** Errors after which the call can be made again, or done without: no byte is lost or twice. */
  static Stream<Arguments> overcome() {
    List<Arguments> cases = new ArrayList<>();
    for (Mode mode : Mode.values()) {
      add(cases, mode, List.of("poll"), List.of("EINTR", "EAGAIN", "ENOMEM"));
      add(cases, mode, List.of("splice"), NOT_NOW, SHORTAGE, REFUSAL);
    }
    for (Mode mode : List.of(Mode.PIPES, Mode.PTY, Mode.SERVE, Mode.SIZED)) {
      add(cases, mode, List.of("accept4"), NOT_NOW, SHORTAGE);
    }
    for (Mode mode : List.of(Mode.PIPES, Mode.PTY)) {
      add(cases, mode, List.of("wait4"), List.of("EINTR"));
      addOnce(cases, mode, "read", NOT_NOW, SHORTAGE);
    }
    add(cases, Mode.ATTACH, List.of("read", "write"), NOT_NOW, SHORTAGE);
    addOnce(cases, Mode.ATTACH, "recvmsg", NOT_NOW, SHORTAGE);
    addOnce(cases, Mode.SIZED, "sendmsg", NOT_NOW, SHORTAGE, REFUSAL);
    add(cases, Mode.SIZED, List.of("recvfrom"), NOT_NOW, SHORTAGE, REFUSAL);
    addOnce(cases, Mode.SIZED, "socketpair", SHORTAGE, REFUSAL);
    addOnce(cases, Mode.SIZED, "getpeername", SHORTAGE, REFUSAL);
    return cases.stream();
  }

  /** Errors of poll(2) after which iosock cannot go on. */
  static Stream<Arguments> fatal() {
    List<Arguments> cases = new ArrayList<>();
    for (String line :
        List.of("./s.sock sleep 1000", "-p ./s.sock sleep 1000", "--serve ./s.sock")) {
      for (String errno : List.of("EPERM", "EIO", "ENOSYS")) {
        cases.add(Arguments.of(line, new Injection("poll", errno, "1")));
      }
    }
    return cases.stream();
  }

  /** For a call that the exchange makes once or twice. */
  @SafeVarargs
  private static void addOnce(
      List<Arguments> cases, Mode mode, String call, List<String>... errnos) {
    for (List<String> some : errnos) {
      for (String errno : some) {
        cases.add(Arguments.of(mode, new Injection(call, errno, "1")));
      }
    }
  }

  @SafeVarargs
  private static void add(
      List<Arguments> cases, Mode mode, List<String> calls, List<String>... errnos) {
    for (String call : calls) {
      for (List<String> some : errnos) {
        for (String errno : some) {
          for (String when : WHEN) {
            cases.add(Arguments.of(mode, new Injection(call, errno, when)));
          }
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("overcome")
  void noByteIsLostWhereTheCallCanBeMadeAgain(Mode mode, Injection injection) throws Exception {
    Outcome outcome;
    try {
      outcome = mode.exchange(directory, injection);
    } catch (Throwable e) {
      throw new AssertionError(mode + " " + injection, e);
    }
    assertTrue(Injection.happened(directory), "no call has failed: " + mode + " " + injection);
    boolean isStopped = mode == Mode.PIPES || mode == Mode.PTY || mode == Mode.SIZED;
    assertEquals(
        new Outcome(isStopped ? 128 + SIGTERM : 0, "", ""), outcome, mode + " " + injection);
    assertFalse(
        Files.exists(directory.resolve("s.sock")) && mode != Mode.CONNECT && mode != Mode.ATTACH,
        "the socket is still there");
  }

  @ParameterizedTest
  @MethodSource("fatal")
  void whereTheLoopCannotGoOnOneLineSaysSoAndNothingIsLeft(String line, Injection injection)
      throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).input(Redirect.PIPE).startWith(line.split(" ")).awaitListening()) {
      if (!line.startsWith("--serve")) {
        iosock.awaitCommand();
      }
      List<Long> children = Proc.children(iosock.pid());
      injection.into(iosock.pid(), directory);
      // Something for poll to return, after which it is called again.
      iosock.signal(SIGWINCH);
      Outcome outcome = Outcome.of(iosock);
      assertEquals(125, outcome.exitCode());
      assertEquals(1, outcome.errors().lines().count(), outcome.errors());
      assertTrue(outcome.errors().startsWith("iosock: cannot wait for events: "));
      assertFalse(Files.exists(iosock.socket()), "the socket is still there");
      await().atMost(20, SECONDS).until(() -> children.stream().allMatch(Proc::isGone));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"EPERM", "EIO", "ENOSYS"})
  void aConnectionThatCannotBeAcceptedIsReportedOnceAndAcceptedLater(String errno)
      throws Exception {
    Outcome outcome = Mode.PIPES.exchange(directory, new Injection("accept4", errno, "1"));
    assertTrue(Injection.happened(directory), "no call has failed");
    assertEquals(128 + SIGTERM, outcome.exitCode());
    assertEquals(1, outcome.errors().lines().count(), outcome.errors());
    assertTrue(outcome.errors().startsWith("iosock: cannot accept a connection: "));
  }

  @Test
  void aConnectionThatCannotGoOnIsReportedAndTheNextClientIsServed() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      new Injection("splice", "EIO", "1").into(iosock.pid(), directory);
      try (Client client = iosock.connect()) {
        client.send("x");
        // With input that was not read the connection is reset: unix(7).
        assertThrows(IOException.class, () -> client.readText(1));
      }
      try (Client client = iosock.connect()) {
        assertEquals("next", client.send("next").readText(4));
      }
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertEquals("iosock: cannot go on with a connection: Input/output error\n", iosock.errors());
    }
  }

  @Test
  void anInterruptedConnectIsMadeAgain() throws Exception {
    String inject = "inject=connect:error=EINTR:when=1";
    Path trace = directory.resolve("trace");
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Iosock iosock =
            Iosock.in(directory)
                .under("strace", "-f", "-qq", "-o", "" + trace, "-e", "trace=connect", "-e", inject)
                .startWith("--connect", "./s.sock")) {
      try (Client peer = server.accept()) {
        peer.send("received");
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("received", iosock.output());
      assertTrue(Injection.happened(directory), "no call has failed");
    }
  }
}
