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
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Tool;

/** Any kind of console works, and none holds back more than the command. */
class ConsoleIT {

  private static final String SPEAK = "echo out; echo err >&2; head -c 300000 /dev/zero; echo end";
  private static final String SPOKEN = "out\n" + "\0".repeat(300_000) + "end\n";

  /** Says a lot, and then what the client says. */
  private static final String FLOOD = "head -c 3000000 /dev/zero & cat";

  private static final int O_NONBLOCK = 04000;

  @TempDir Path directory;

  @Test
  void file() throws Exception {
    try (Iosock iosock = Iosock.in(directory).start("sh", "-c", SPEAK)) {
      assertEquals(0, iosock.exitCode());
      assertEquals(SPOKEN, iosock.output());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void appendOnlyFile() throws Exception {
    Path log = Files.writeString(directory.resolve("log"), "before\n");
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.appendTo(log.toFile())).start("sh", "-c", SPEAK)) {
      assertEquals(0, iosock.exitCode());
      assertEquals("before\n" + SPOKEN, Files.readString(log, StandardCharsets.ISO_8859_1));
    }
  }

  @Test
  void outputAndErrorsInOneAppendOnlyFile() throws Exception {
    Path log = directory.resolve("log");
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.appendTo(log.toFile()))
            .error(Redirect.appendTo(log.toFile()))
            .start("sh", "-c", SPEAK)) {
      assertEquals(0, iosock.exitCode());
      assertEquals(SPOKEN.length() + "err\n".length(), Files.size(log));
    }
  }

  @Test
  void devNull() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.DISCARD)
            .error(Redirect.DISCARD)
            .start("sh", "-c", SPEAK)) {
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void fullDevice() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.to(Path.of("/dev/full").toFile()))
            .start("sh", "-c", SPEAK)) {
      assertEquals(0, iosock.exitCode());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void pipe() throws Exception {
    try (Iosock iosock = Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", SPEAK)) {
      assertArrayEquals(
          SPOKEN.getBytes(StandardCharsets.ISO_8859_1),
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

  /** Nothing is written to it after iosock has ended, so its flags must be as they were. */
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
                  .start("sh", "-c", SPEAK);
          SocketChannel accepted = server.accept()) {
        ByteBuffer received = ByteBuffer.allocate(2 * SPOKEN.length());
        while (accepted.read(received) >= 0) {
          continue;
        }
        assertEquals(SPOKEN.length() + "err\n".length(), received.position());
        assertEquals(0, iosock.exitCode());
      }
    }
  }

  @Test
  void stalledSocketHoldsBackTheCommandAlone() throws Exception {
    try (ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      Path console = directory.resolve("console");
      server.bind(UnixDomainSocketAddress.of(console));
      try (Iosock iosock =
          Iosock.in(directory)
              .under(Programs.compiled("setup"), "-c", console.toString())
              .start("sh", "-c", FLOOD)
              .awaitCommand()) {
        assertStallsQuietlyAndServes(iosock);
      }
    }
  }

  @Test
  void closed() throws Exception {
    String script =
        "head -c 3000000 /dev/zero; : >said; read x; echo $x; echo err >&2; read y; exit 6";
    Path said = directory.resolve("said");
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-x", "0", "-x", "1", "-x", "2")
            .start("sh", "-c", script)) {
      // More than the pipe holds has gone nowhere.
      await().atMost(20, SECONDS).until(() -> Files.exists(said));
      try (Client client = iosock.connect()) {
        client.send("word\n").readUntil("word\nerr\n");
        client.send("end\n");
      }
      assertEquals(6, iosock.exitCode());
    }
  }

  @Test
  void readerGone() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .start("sh", "-c", SPEAK + "; read x; echo got $x; exit 5")
            .awaitListening()) {
      iosock.process().getInputStream().close();
      try (Client client = iosock.connect()) {
        assertTrue(client.send("it\n").readAllText().endsWith("got it\n"));
      }
      assertEquals(5, iosock.exitCode());
    }
  }

  @Test
  void stalledPipeHoldsBackTheCommandAlone() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", FLOOD).awaitCommand()) {
      assertStallsQuietlyAndServes(iosock);
    }
  }

  @Test
  void sigtermEndsItThoughTheConsoleTakesNothing() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).output(Redirect.PIPE).start("sh", "-c", FLOOD).awaitCommand()) {
      await().atMost(20, SECONDS).until(() -> isHeldBack(iosock));
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
    }
  }

  @Test
  void aCommandThatEndsIsNotKeptByAConsoleThatTakesNothing() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .start("sh", "-c", "head -c 500000 /dev/zero; exit 8")) {
      assertEquals(8, iosock.exitCode());
    }
  }

  /** The console takes nothing more: what a client does, and SIGTERM, work all the same. */
  private static void assertStallsQuietlyAndServes(Iosock iosock) throws Exception {
    await().atMost(20, SECONDS).until(() -> isHeldBack(iosock));
    long ticks = Proc.ticks(iosock.pid());
    await().during(2, SECONDS).atMost(20, SECONDS).until(() -> isHeldBack(iosock));
    long used = Proc.ticks(iosock.pid()) - ticks;
    assertTrue(used < 20, "ticks of CPU time while the console stalls: " + used);
    try (Client client = iosock.connect()) {
      client.send("word\n").readUntil("word\n");
    }
    // Somebody who is turned away, and somebody who comes again.
    try (Client client = iosock.connect();
        Client second = iosock.connect()) {
      assertEquals("", second.readText(1));
      client.send("again\n").readUntil("again\n");
    }
    iosock.signal(15);
    assertEquals(128 + 15, iosock.exitCode());
  }

  /** The flooding child sleeps in its write, and iosock in its poll. */
  private static boolean isHeldBack(Iosock iosock) {
    return Proc.children(iosock.commandPid()).stream().anyMatch(child -> Proc.state(child) == 'S')
        && Proc.state(iosock.pid()) == 'S';
  }
}
