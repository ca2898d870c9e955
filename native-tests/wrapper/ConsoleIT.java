package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Tool;

/** Any kind of stdout and stderr works, and one that takes nothing blocks only the command. */
class ConsoleIT {

  private static final String WRITE = "echo out; echo err >&2; head -c 300000 /dev/zero; echo end";
  private static final String WRITTEN = "out\n" + "\0".repeat(300_000) + "end\n";

  /** Writes much, and then what the client sends. */
  private static final String FLOOD = "head -c 3000000 /dev/zero & cat";

  private static final int O_NONBLOCK = 04000;

  @TempDir Path directory;

  @Test
  void file() throws Exception {
    try (Iosock iosock = Iosock.in(directory).start("sh", "-c", WRITE)) {
      assertEquals(0, iosock.exitCode());
      assertEquals(WRITTEN, iosock.output());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void appendOnlyFile() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "before\n");
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.appendTo(log.toFile())).start("sh", "-c", WRITE)) {
      assertEquals(0, iosock.exitCode());
      assertEquals("before\n" + WRITTEN, Files.readString(log, StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void outputAndErrorsInOneAppendOnlyFile() throws Exception {
    Path log = directory.resolve("log");
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.appendTo(log.toFile()))
            .error(Redirect.appendTo(log.toFile()))
            .start("sh", "-c", WRITE)) {
      assertEquals(0, iosock.exitCode());
      assertEquals(WRITTEN.length() + "err\n".length(), Files.size(log));
    }
  }

  @Test
  void devNull() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.DISCARD)
            .error(Redirect.DISCARD)
            .start("sh", "-c", WRITE)) {
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void fullDevice() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.to(Path.of("/dev/full").toFile()))
            .start("sh", "-c", WRITE)) {
      assertEquals(0, iosock.exitCode());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void pipe() throws Exception {
    try (Iosock iosock = Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", WRITE)) {
      assertArrayEquals(
          WRITTEN.getBytes(StandardCharsets.ISO_8859_1),
          iosock.process().getInputStream().readAllBytes());
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void terminal() throws Exception {
    Tool.require("script", "bsdutils");
    String line = String.join(" ", Iosock.commandLine(List.of()));
    Run run =
        Run.of(
            directory, "script", "-qec", line + " s.sock sh -c 'echo out; exit 4'", "typescript");
    assertEquals(new Run(4, "out\r\n"), run);
  }

  /** The flags belong to the open file, which others share. */
  @Test
  void aSharedTerminalStaysBlocking() throws Exception {
    Tool.require("script", "bsdutils");
    String line = String.join(" ", Iosock.commandLine(List.of()));
    Run run =
        Run.of(
            directory,
            "script",
            "-qec",
            line + " s.sock sh -c 'echo out'; grep flags /proc/self/fdinfo/1",
            "typescript");
    String flags = run.output().replaceFirst("out\r\nflags:\\s+(\\d+)\r\n", "$1");
    assertEquals(0, Integer.parseInt(flags, 8) & O_NONBLOCK, run.output());
  }

  @Test
  void socket() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path console = directory.resolve("console");
      server.bind(UnixDomainSocketAddress.of(console));
      try (Iosock iosock =
              Iosock.in(directory)
                  .under(Programs.compiled("setup"), "-c", console.toString())
                  .start("sh", "-c", WRITE);
          SocketChannel accepted = server.accept()) {
        ByteBuffer received = ByteBuffer.allocate(2 * WRITTEN.length());
        while (accepted.read(received) >= 0) {
          continue;
        }
        assertEquals(WRITTEN.length() + "err\n".length(), received.position());
        assertEquals(0, iosock.exitCode());
      }
    }
  }

  @Test
  void aStalledSocketBlocksOnlyTheCommand() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path console = directory.resolve("console");
      server.bind(UnixDomainSocketAddress.of(console));
      try (Iosock iosock =
          Iosock.in(directory)
              .under(Programs.compiled("setup"), "-c", console.toString())
              .start("sh", "-c", FLOOD)
              .awaitCommand()) {
        assertIsIdleAndServes(iosock);
      }
    }
  }

  @Test
  void closed() throws Exception {
    String script =
        "head -c 3000000 /dev/zero; : >written; read x; echo $x; echo err >&2; read y; exit 6";
    Path written = directory.resolve("written");
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-x", "0", "-x", "1", "-x", "2")
            .start("sh", "-c", script)) {
      // The command has written more than the pipe holds.
      await().atMost(20, SECONDS).until(() -> Files.exists(written));
      try (Client client = iosock.connect()) {
        client.send("word\n").readUntil("word\nerr\n");
        client.send("end\n");
      }
      assertEquals(6, iosock.exitCode());
    }
  }

  @Test
  void pipeWithoutReader() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .start("sh", "-c", WRITE + "; read x; echo got $x; exit 5")
            .awaitListening()) {
      Forks.close(iosock.process().getInputStream());
      try (Client client = iosock.connect()) {
        assertTrue(client.send("it\n").readAllText().endsWith("got it\n"));
      }
      assertEquals(5, iosock.exitCode());
    }
  }

  @Test
  void aStalledPipeBlocksOnlyTheCommand() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", FLOOD).awaitCommand()) {
      assertIsIdleAndServes(iosock);
    }
  }

  @Test
  void sigtermEndsIosockThoughTheConsoleTakesNothing() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", FLOOD).awaitCommand()) {
      await().atMost(20, SECONDS).until(() -> isBlocked(iosock));
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
    }
  }

  @Test
  void aCommandEndsThoughTheConsoleTakesNothing() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .start("sh", "-c", "head -c 500000 /dev/zero; exit 8")) {
      assertEquals(8, iosock.exitCode());
    }
  }

  /** The console takes nothing more: clients and SIGTERM work all the same. */
  private static void assertIsIdleAndServes(Iosock iosock) throws Exception {
    Idle.awaitWhile(iosock.pid(), () -> isBlocked(iosock));
    try (Client client = iosock.connect()) {
      client.send("word\n").readUntil("word\n");
    }
    // A second client is closed at once; a client may connect again.
    try (Client client = iosock.connect();
        Client second = iosock.connect()) {
      assertEquals("", second.readText(1));
      client.send("again\n").readUntil("again\n");
    }
    iosock.signal(15);
    assertEquals(128 + 15, iosock.exitCode());
  }

  /** The writing child sleeps in write, and iosock in poll. */
  private static boolean isBlocked(Iosock iosock) {
    return Proc.children(iosock.commandPid()).stream().anyMatch(child -> Proc.state(child) == 'S')
        && Proc.state(iosock.pid()) == 'S';
  }
}
