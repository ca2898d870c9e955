package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;

/** Clients that do not behave as well as they could. */
class ClientIT {

  @TempDir Path directory;

  @Test
  void oneAtATime() throws Exception {
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
  void thePlaceIsFreeForWhoeverConnectsAfterTheClientHasLeft() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      for (int i = 0; i < 500; i++) {
        try (Client client = iosock.connect()) {
          assertEquals("x", client.send("x").readText(1));
        }
      }
    }
  }

  @Test
  void oneThatDoesNotReadHoldsBackTheCommandAlone() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "read x; yes")) {
      try (Client client = iosock.connect()) {
        client.send("go\n");
        await().atMost(20, SECONDS).until(() -> isHeldBack(iosock));
        long ticks = Proc.ticks(iosock.pid());
        await().during(2, SECONDS).atMost(20, SECONDS).until(() -> isHeldBack(iosock));
        long used = Proc.ticks(iosock.pid()) - ticks;
        assertTrue(used < 20, "ticks of CPU time while the client stalls: " + used);
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
        iosock.signal(15);
        assertEquals(128 + 15, iosock.exitCode());
      }
    }
  }

  @Test
  void whatOneThatStallsToTheEndDidNotTakeGoesToTheConsole() throws Exception {
    try (Iosock iosock =
            Iosock.running(directory, "sh", "-c", "read x; head -c 900000 /dev/zero; exit 2");
        Client client = iosock.connect()) {
      client.send("go\n");
      assertEquals(2, iosock.exitCode());
      assertEquals(900_000, client.readAll().length + iosock.output().length());
    }
  }

  @Test
  void oneThatHasSaidAllStillListensAndKeepsThePlace() throws Exception {
    try (Iosock iosock =
        Iosock.running(directory, "sh", "-c", "read x; echo $x; read y; echo $y; read z; exit 4")) {
      try (Client client = iosock.connect()) {
        client.send("one\n");
        client.shutdownOutput();
        assertEquals("one", client.readLine());
        try (Client other = iosock.connect()) {
          assertEquals("", other.readText(1));
        }
        long ticks = Proc.ticks(iosock.pid());
        await().during(1, SECONDS).until(() -> Proc.state(iosock.pid()) == 'S');
        assertTrue(Proc.ticks(iosock.pid()) - ticks < 20, "CPU time for half a client");
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
  void oneThatTakesNothingStillSpeaksAndTheConsoleListens() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh")) {
      Process deaf =
          new ProcessBuilder(Programs.compiled("oddclient"), "s.sock", "shutrd")
              .directory(directory.toFile())
              .start();
      deaf.getOutputStream().write("echo to the console\n".getBytes());
      deaf.getOutputStream().flush();
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("to the console\n"));
      try (Client other = iosock.connect()) {
        assertEquals("", other.readText(1));
      }
      deaf.getOutputStream().close();
      assertEquals(0, deaf.waitFor());
      try (Client next = iosock.connect()) {
        assertEquals("next", next.send("echo next\n").readLine());
        next.send("exit 3\n");
      }
      assertEquals(3, iosock.exitCode());
      assertEquals("to the console\n", iosock.output());
    }
  }

  @Test
  void oneThatLeavesItsEchoUnreadResetsNobodyElse() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "tee in")) {
      for (int i = 0; i < 20; i++) {
        Run reset = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "reset");
        assertEquals(new Run(0, ""), reset);
      }
      try (Client client = iosock.connect()) {
        client.send("well\n").readUntil("well\n");
      }
      assertEquals("unread\n".repeat(20) + "well\n", Files.readString(directory.resolve("in")));
    }
  }

  /** All of it while iosock sleeps: the first is dead when it is accepted, the second is not. */
  @Test
  void outputIsTheClientsWhoConnectedBehindADeadOne() throws Exception {
    String talk = "read x <talk; echo out; echo err >&2; echo spoken >done; cat";
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
  void bytesSentOutOfBandArriveInTheirPlace() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "head -c 4 | tee in")) {
      Run client = Run.of(directory, Programs.compiled("oddclient"), "s.sock", "oob");
      assertEquals(new Run(0, ""), client);
      assertEquals(0, iosock.exitCode());
      assertArrayEquals("aXbY".getBytes(), Files.readAllBytes(directory.resolve("in")));
    }
  }

  @Test
  void aDescriptorBesideTheBytesIsLeftToTheKernel() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      int before;
      // What it needed for the start has been closed once it has served somebody.
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
  void aCommandThatClosedItsInputKeepsNobodyWaiting() throws Exception {
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
