package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Build;
import support.Client;
import support.Iosock;
import support.Run;
import support.Terminal;

/** The jar, started as README has it, once in each mode; the other tests run the image. */
class JarIT {

  @TempDir Path directory;

  @Test
  void aCommandOnPipes() throws Exception {
    try (Iosock iosock = jar().start("sh", "-c", "cat; exit 3").awaitListening()) {
      try (Client client = iosock.connect()) {
        assertEquals("word", client.send("word\n").readLine());
      }
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aCommandOnAPseudoTerminal() throws Exception {
    try (Iosock iosock = jar().startOnTerminal("sh", "-c", "read x; stty size; exit 4")) {
      iosock.awaitListening();
      try (Client client = iosock.connect()) {
        client.send("word\n").readUntil("24 80\r\n");
      }
      assertEquals(4, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aCommandOnStdinAndStdout() throws Exception {
    try (Iosock iosock = jar().input(Redirect.PIPE).startWith("-", "sh", "-c", "cat; exit 5")) {
      write(iosock, "word\n");
      iosock.process().getOutputStream().close();
      assertEquals(5, iosock.exitCode());
      assertEquals("word\n", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aCommandOnAPseudoTerminalOnStdinAndStdout() throws Exception {
    try (Iosock iosock = jar().startWith("-p", "-", "sh", "-c", "cat; stty size; exit 6")) {
      assertEquals(6, iosock.exitCode());
      assertEquals("24 80\r\n", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void serveAndConnect() throws Exception {
    Path other = Files.createDirectory(directory.resolve("other"));
    try (Iosock server = jar().input(Redirect.PIPE).startWith("--serve", "./s.sock")) {
      server.awaitListening();
      try (Iosock client =
          Iosock.in(other).as(Build.JAR).input(Redirect.PIPE).startWith("--connect", "../s.sock")) {
        write(client, "to the server\n");
        await().atMost(20, SECONDS).until(() -> server.output().equals("to the server\n"));
        write(server, "to the client\n");
        await().atMost(20, SECONDS).until(() -> client.output().equals("to the client\n"));
        server.process().getOutputStream().close();
        client.process().getOutputStream().close();
        assertEquals(0, client.exitCode());
        assertEquals(0, server.exitCode());
        assertEquals("", client.errors() + server.errors());
      }
    }
  }

  @Test
  void connectOnATerminal() throws Exception {
    try (Iosock server = jar().startOnTerminal("sh", "-c", "read x; stty size; exec sleep 1000");
        Terminal terminal = Terminal.open(30, 90)) {
      server.awaitListening();
      List<String> line = Build.JAR.commandLine(List.of());
      line.addAll(List.of("-p", "--connect", "./s.sock"));
      String before = terminal.settings();
      Process client = terminal.start(directory, line.toArray(String[]::new));
      terminal.awaitRaw().type("word\r").awaitText("30 90\r\n");
      terminal.type("\u001c").awaitText("iosock: detached from ./s.sock\r\n");
      assertEquals(0, Terminal.exitCode(client));
      assertEquals(before, terminal.settings());
    }
  }

  /** Its manifest says what the option would: without it the VM's archive has the modules, too. */
  @Test
  void withoutAnOptionOfTheVm() throws Exception {
    List<String> line = Build.JAR.commandLine(List.of());
    assertTrue(line.remove("--enable-native-access=ALL-UNNAMED"));
    line.addAll(List.of("-", "sh", "-c", "echo word; exit 7"));
    assertEquals(new Run(7, "word\n"), Run.of(directory, line.toArray(String[]::new)));
  }

  /** What a user can make once, so that the jar starts faster. */
  @Test
  void anAotCache() throws Exception {
    Path cache = directory.resolve("iosock.aot");
    Run made = Run.of(directory, line(List.of("-XX:AOTCacheOutput=" + cache), "-", "true"));
    assertEquals(0, made.exitCode(), made.output());
    assertTrue(Files.exists(cache), made.output());
    Path classes = directory.resolve("classes");
    List<String> options = List.of("-XX:AOTCache=" + cache, "-Xlog:class+load:file=" + classes);
    String[] command = {"-", "sh", "-c", "echo word; exit 7"};
    assertEquals(new Run(7, "word\n"), Run.of(directory, line(options, command)));
    String log = Files.readString(classes);
    assertTrue(log.contains("iosock.Main source: shared objects file"), log);
  }

  private static String[] line(List<String> options, String... arguments) {
    List<String> line = Build.JAR.commandLine(options);
    line.addAll(List.of(arguments));
    return line.toArray(String[]::new);
  }

  private static void write(Iosock iosock, String text) throws IOException {
    OutputStream stdin = iosock.process().getOutputStream();
    stdin.write(text.getBytes(StandardCharsets.US_ASCII));
    stdin.flush();
  }

  private Iosock.Builder jar() {
    return Iosock.in(directory).as(Build.JAR);
  }
}
