package session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Iosock;
import support.Root;
import support.Run;
import support.Terminal;
import support.Tool;

/** Connections that are closed at once: iosock says why, and other clients read end of file. */
class RejectionIT {

  private static final Run IN_USE = new Run(125, "iosock: ./s.sock has another client\n");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"x\n", ""})
  void aClientIsToldThatThereIsAnother(String input) throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect()) {
      for (int i = 0; i < 10; i++) {
        assertEquals(IN_USE, connect(input));
      }
      assertEquals("y", first.send("y").readText(1));
    }
  }

  @Test
  void aClientOfServeToo() throws Exception {
    try (Iosock iosock =
            Iosock.in(directory)
                .input(Redirect.PIPE)
                .startWith("--serve", "./s.sock")
                .awaitListening();
        Client first = iosock.connect()) {
      assertEquals(IN_USE, connect("x\n"));
      iosock.process().getOutputStream().write("y".getBytes());
      iosock.process().getOutputStream().flush();
      assertEquals("y", first.readText(1));
    }
  }

  @Test
  void aUserAtATerminalToo() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect();
        Terminal terminal = Terminal.open(30, 90)) {
      String settings = terminal.settings();
      Process client = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
      terminal.awaitText("iosock: ./s.sock has another client\r\n");
      assertEquals(125, Terminal.exitCode(client));
      assertEquals(settings, terminal.settings());
      assertEquals("y", first.send("y").readText(1));
    }
  }

  /** The reason is in no byte of the connection. */
  @ParameterizedTest
  @ValueSource(
      strings = {"nc -U s.sock", "socat - UNIX-CONNECT:s.sock", "socat -u UNIX-CONNECT:s.sock -"})
  void otherClientsReadEndOfFile(String client) throws Exception {
    Tool.require("nc", "netcat-openbsd");
    Tool.require("socat", "socat");
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect()) {
      assertEquals(new Run(0, ""), Run.of(directory, client.split(" ")));
      assertEquals("y", first.send("y").readText(1));
    }
  }

  @Test
  void theUserOfAnAbstractSocketIsNamedWhereItIsAnother() throws Exception {
    Root.require();
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-user";
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "65534", "."));
    try (Iosock iosock =
            Iosock.in(directory)
                .under(Root.user(65534, 65534))
                .startWith("-p", "-m", "0666", name, "cat")
                .awaitListening();
        Terminal terminal = Terminal.open(30, 90)) {
      String user = Run.of(directory, "id", "-un", "65534").output().strip();
      terminal.startIosock(directory, "-p", "--connect", name);
      terminal.awaitText("iosock: " + name + " is served by user " + user + "\r\niosock: attached");
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void theUserIsNotNamedWhereItIsOneself() throws Exception {
    String name = "@iosock-test-" + ProcessHandle.current().pid() + "-self";
    try (Iosock iosock = Iosock.in(directory).startWith("-p", name, "cat").awaitListening();
        Terminal terminal = Terminal.open(30, 90)) {
      terminal.startIosock(directory, "-p", "--connect", name);
      assertEquals("iosock: attached to " + name, terminal.awaitText("attached to " + name));
      assertEquals("", iosock.errors());
    }
  }

  private Run connect(String input) throws Exception {
    List<String> line = new ArrayList<>(Iosock.commandLine(List.of()));
    line.addAll(List.of("--connect", "./s.sock"));
    return Run.withInput(directory, input, line.toArray(String[]::new));
  }
}
