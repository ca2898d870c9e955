package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Iosock;
import support.Tool;

/**
 * Clients that have shut down sending: they go on receiving, and others may connect beside them.
 */
class HalfClosedIT {

  private static final int MAX_HALF_CLOSED = 64;

  @TempDir Path directory;

  @Test
  void theNextClientConnectsBesideOneAndBothReceive() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect()) {
      assertEquals("a", first.send("a").readText(1));
      first.shutdownOutput();
      try (Client second = iosock.connect()) {
        assertEquals("b", second.send("b").readText(1));
        assertEquals("b", first.readText(1));
        try (Client third = iosock.connect()) {
          assertEquals("", third.readText(1));
        }
        assertEquals("c", second.send("c").readText(1));
        assertEquals("c", first.readText(1));
      }
      try (Client next = iosock.connect()) {
        assertEquals("d", next.send("d").readText(1));
        assertEquals("d", first.readText(1));
      }
      assertEquals("", iosock.output());
    }
  }

  /** As its end of file cannot be read before what it had sent. */
  @Test
  void whatItHadSentComesBeforeWhatTheNextOneSends() throws Exception {
    int length = 1 << 20;
    try (Iosock iosock =
            Iosock.running(directory, "sh", "-c", "while [ ! -e go ]; do sleep .1; done; tee in");
        Client first = iosock.connect()) {
      // More than the pipe of the command holds: the rest waits in the socket.
      first.send("1".repeat(length + (1 << 16)));
      first.shutdownOutput();
      try (Client second = iosock.connect()) {
        second.send("2");
        Files.createFile(directory.resolve("go"));
        second.readUntil("2");
      }
      String got = Files.readString(directory.resolve("in"));
      assertEquals("1".repeat(length + (1 << 16)) + "2", got);
    }
  }

  @Test
  void theOldestOfTooManyIsClosed() throws Exception {
    List<Client> halfClosed = new ArrayList<>();
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      for (int i = 0; i <= MAX_HALF_CLOSED; i++) {
        halfClosed.add(iosock.connect());
        halfClosed.get(i).send("x").readUntil("x");
        halfClosed.get(i).shutdownOutput();
      }
      try (Client next = iosock.connect()) {
        assertEquals("y", next.send("y").readText(1));
        for (int i = 1; i <= MAX_HALF_CLOSED; i++) {
          halfClosed.get(i).readUntil("y");
        }
        String rest = halfClosed.getFirst().readAllText();
        assertEquals("x".repeat(rest.length()), rest);
      }
      assertEquals("", iosock.errors());
    } finally {
      for (Client each : halfClosed) {
        each.close();
      }
    }
  }

  @Test
  void oneThatNeverReadsIsGivenUpWhenTheCommandHasExited() throws Exception {
    try (Iosock iosock =
            Iosock.running(directory, "sh", "-c", "read x; head -c 900000 /dev/zero; exit 5");
        Client stalled = iosock.connect()) {
      stalled.shutdownOutput();
      try (Client reader = iosock.connect()) {
        reader.send("go\n");
        assertEquals(900_000, reader.read(900_000).length);
      }
      assertEquals(5, iosock.exitCode());
    }
  }

  @Test
  void withServeToo() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      try (Client first = iosock.connect();
          Client second = connectedAfter(first.send("first\n"), iosock)) {
        second.send("second\n");
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("first\nsecond\n"));
        iosock.process().getOutputStream().write("both\n".getBytes());
        iosock.process().getOutputStream().close();
        assertEquals("both\n", second.readAllText());
        assertEquals("both\n", first.readAllText());
      }
      assertEquals(0, iosock.exitCode());
    }
  }

  private static boolean isServed(Iosock iosock) throws IOException {
    try (Client client = iosock.connect()) {
      client.send("direct\n").readUntil("direct\n");
      return true;
    } catch (IOException rejected) {
      return false;
    }
  }

  private static Client connectedAfter(Client halfClosed, Iosock iosock) throws IOException {
    halfClosed.shutdownOutput();
    return iosock.connect();
  }

  /** ssh only shuts down sending when the client of a forwarded socket leaves. */
  @Test
  void aSocketThatSshForwardsIsFreeAgainOnceItsClientHasLeft() throws Exception {
    Tool.requireFile("/usr/sbin/sshd", "openssh-server");
    Tool.require("ssh", "openssh-client");
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "while read x; do echo $x; done");
        Ssh ssh = Ssh.forward(directory, "l.sock", "s.sock")) {
      for (int i = 0; i < 3; i++) {
        try (Client client = Client.connect(ssh.local())) {
          client.send("forwarded\n").readUntil("forwarded\n");
        }
        // ssh takes its time to notice that the client has left.
        await().atMost(30, SECONDS).until(() -> isServed(iosock));
      }
    }
  }
}
