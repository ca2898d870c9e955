package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Programs;
import support.Terminal;

/** The command's terminal, as the command and the next client find it. */
class CommandsTerminalIT {

  private static final String STOP_OUTPUT = "\023";
  private static final int SIGINT = 2;
  private static final int SIGQUIT = 3;
  private static final int SIGHUP = 1;
  private static final int SIGTSTP = 20;
  private static final int SIGTTIN = 21;
  private static final int SIGTTOU = 22;

  @TempDir Path directory;

  /** As after login(1). What else was ignored stays ignored. */
  @Test
  void theSignalsOfATerminalAreAtTheirDefault() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(
                Programs.compiled("setup"),
                "-i" + SIGHUP,
                "-i" + SIGINT,
                "-i" + SIGQUIT,
                "-i" + SIGTSTP,
                "-i" + SIGTTIN,
                "-i" + SIGTTOU)
            .startOnTerminal(Programs.compiled("probe"))) {
      assertEquals(0, iosock.exitCode());
      assertEquals(
          List.of("SigIgn: 1"),
          iosock.output().lines().filter(line -> line.startsWith("SigIgn")).toList());
    }
  }

  /** A script that starts iosock with an ampersand has it ignore SIGINT and SIGQUIT. */
  @Test
  void ctrlCInterruptsACommandOfAServerThatAScriptStarted() throws Exception {
    try (Iosock server =
            Iosock.in(directory)
                .under("sh", "-c", "\"$@\" & wait", "sh")
                .startOnTerminal(
                    "env", "PS1=$ ", "bash", "--norc", "--noprofile", "--noediting", "-i")
                .awaitListening();
        Terminal terminal = Terminal.open(24, 80)) {
      Attached attached = Attached.to(directory, terminal);
      terminal.type("echo $((20+3)); sleep 1000; echo code=$?\r");
      terminal.awaitText("23\r\n");
      awaitSleep(server);
      terminal.type("\003");
      terminal.awaitText("^C");
      terminal.type("echo code=$?\r");
      terminal.awaitText("code=130\r\n");
      attached.detach();
    }
  }

  private static void awaitSleep(Iosock server) {
    await()
        .atMost(20, SECONDS)
        .until(
            () ->
                server
                    .process()
                    .descendants()
                    .anyMatch(p -> p.info().command().orElse("").endsWith("/sleep")));
  }

  @Test
  void outputThatWasStoppedGoesOnWhenAClientAttaches() throws Exception {
    try (Iosock server = cat()) {
      try (Client first = server.connect()) {
        first.send("one\n").readUntil("one\r\none\r\n");
        first.send(STOP_OUTPUT);
        Idle.await(server.pid());
        first.send("two\n");
        Idle.await(server.pid());
      }
      try (Client second = server.connect()) {
        second.readUntil("two\r\n");
        second.send("three\n").readUntil("three\r\nthree\r\n");
      }
    }
  }

  /** Behind input that the command does not read, a start character would not arrive. */
  @Test
  void outputThatWasStoppedGoesOnThoughTheTerminalIsFullOfInput() throws Exception {
    byte[] lines = ("x".repeat(63) + "\n").repeat(16384).getBytes();
    try (Iosock server = cat()) {
      try (Client first = server.connect()) {
        first.send("one\n").readUntil("one\r\none\r\n");
        first.send(STOP_OUTPUT);
        Idle.await(server.pid());
        first.sendNow(lines, new AtomicInteger());
        Idle.await(server.pid());
      }
      try (Client second = server.connect()) {
        CompletableFuture<Void> last =
            CompletableFuture.runAsync(second.sender("end\n".getBytes()));
        second.readUntil("end\r\n");
        last.get();
      }
    }
  }

  private Iosock cat() throws Exception {
    return Iosock.in(directory).startOnTerminal("cat").awaitListening();
  }
}
