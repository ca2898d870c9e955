package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Forks;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;

/** Clients that come too many, do not read, close early or are half closed. */
class ClientIT {

  @TempDir Path directory;

  @Test
  void aSecondClientIsClosedAtOnce() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect()) {
      assertEquals("a", first.send("a").readText(1));
      for (int i = 0; i < 100; i++) {
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
      }
      assertEquals("b", first.send("b").readText(1));
    }
  }

  @Test
  void aClientMayConnectAsSoonAsTheLastOneHasClosed() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      for (int i = 0; i < 500; i++) {
        try (Client client = iosock.connect()) {
          assertEquals("x", client.send("x").readText(1));
        }
      }
    }
  }

  @Test
  void aClientThatDoesNotReadBlocksOnlyTheCommand() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "read x; yes")) {
      try (Client client = iosock.connect()) {
        client.send("go\n");
        Idle.awaitWhile(iosock.pid(), () -> isHeldBack(iosock));
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
        iosock.signal(15);
        assertEquals(128 + 15, iosock.exitCode());
      }
    }
  }

  @Test
  void outputThatAStalledClientDidNotTakeGoesToTheConsole() throws Exception {
    try (Iosock iosock =
            Iosock.running(directory, "sh", "-c", "read x; head -c 900000 /dev/zero; exit 2");
        Client client = iosock.connect()) {
      client.send("go\n");
      assertEquals(2, iosock.exitCode());
      assertEquals(900_000, client.readAll().length + iosock.output().length());
    }
  }

  @Test
  void aClientThatHasShutDownSendingStillReceives() throws Exception {
    try (Iosock iosock =
        Iosock.running(directory, "sh", "-c", "read x; echo $x; read y; echo $y; read z; exit 4")) {
      try (Client client = iosock.connect()) {
        client.send("one\n");
        client.shutdownOutput();
        assertEquals("one", client.readLine());
        Idle.await(iosock.pid());
      }
      try (Client client = iosock.connect()) {
        assertEquals("two", client.send("two\n").readLine());
        client.send("end\n");
        assertEquals("", client.readText(1));
      }
      assertEquals(4, iosock.exitCode());
    }
  }

  @Test
  void aClientThatHasShutDownReceivingStillSendsAndOutputGoesToTheConsole() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh")) {
      Process receiver =
          Forks.start(
              new ProcessBuilder(Programs.compiled("oddclient"), "s.sock", "shutrd")
                  .directory(directory.toFile()));
      receiver.getOutputStream().write("echo to the console\n".getBytes());
      receiver.getOutputStream().flush();
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("to the console\n"));
      try (Client other = iosock.connect()) {
        assertEquals("", other.readText(1));
      }
      receiver.getOutputStream().close();
      assertEquals(0, receiver.waitFor());
      try (Client next = iosock.connect()) {
        assertEquals("next", next.send("echo next\n").readLine());
        next.send("exit 3\n");
      }
      assertEquals(3, iosock.exitCode());
      assertEquals("to the console\n", iosock.output());
    }
  }

  @Test
  void aClientThatClosesWithUnreadInputResetsNoOtherClient() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "tee in")) {
      for (int i = 0; i < 20; i++) {
        Run reset = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "reset");
        assertEquals(new Run(0, ""), reset);
      }
      try (Client client = iosock.connect()) {
        client.send("well\n").readUntil("well\n");
      }
      // tee(1) writes to its standard output first.
      String all = "unread\n".repeat(20) + "well\n";
      await()
          .atMost(20, SECONDS)
          .untilAsserted(() -> assertEquals(all, Files.readString(directory.resolve("in"))));
    }
  }

  /** Both connect while iosock is stopped: the first has closed before it is accepted. */
  @Test
  void outputGoesToTheClientAfterOneThatIsClosedAlready() throws Exception {
    String talk = "read x <talk; echo out; echo err >&2; echo >done; cat";
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "talk"));
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", talk)) {
      Proc.signal(iosock.pid(), "-STOP");
      await().atMost(20, SECONDS).until(() -> Proc.state(iosock.pid()) == 'T');
      iosock.connect().close();
      try (Client client = iosock.connect()) {
        Files.writeString(directory.resolve("talk"), "go\n");
        await().atMost(20, SECONDS).until(() -> Files.exists(directory.resolve("done")));
        Proc.signal(iosock.pid(), "-CONT");
        client.readUntil("out\nerr\n");
      }
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void outOfBandBytesArriveInOrder() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "head -c 4 | tee in")) {
      Run client = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "oob");
      assertEquals(new Run(0, ""), client);
      assertEquals(0, iosock.exitCode());
      assertArrayEquals("aXbY".getBytes(), Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void aDescriptorSentBesideBytesIsNotKept() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      int before;
      // What iosock needed for its start is closed once it has served a client.
      try (Client first = iosock.connect()) {
        assertEquals("x", first.send("x").readText(1));
        before = Proc.descriptors(iosock.pid()) - 1;
      }
      for (int i = 0; i < 20; i++) {
        Run client = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "rights");
        assertEquals(new Run(0, ""), client);
      }
      await().atMost(20, SECONDS).until(() -> Proc.descriptors(iosock.pid()) == before);
    }
  }

  @Test
  void aCommandThatClosedItsInputBlocksNoClient() throws Exception {
    try (Iosock iosock =
        Iosock.running(directory, "sh", "-c", "exec <&-; echo ready; sleep 60 & wait")) {
      try (Client client = iosock.connect()) {
        client.send(new byte[8 << 20]);
      }
      try (Client client = iosock.connect()) {
        client.send(new byte[8 << 20]);
      }
    }
  }

  private static boolean isHeldBack(Iosock iosock) {
    return Proc.children(iosock.commandPid()).stream().anyMatch(child -> Proc.state(child) == 'S')
        && Proc.state(iosock.pid()) == 'S';
  }
}
