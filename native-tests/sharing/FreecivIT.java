package sharing;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Client;
import support.Iosock;
import support.Root;
import support.Run;
import support.Tool;

/** A game server that has a console of its own, and does not run as root. */
class FreecivIT {

  private static final String PROGRAM = "/usr/games/freeciv-server";
  private static final int NOBODY = 65534;
  private static final String READY = "For introductory help, type 'help'.\n> ";
  private static final String LIST_BEGINS = "List of players:\n";
  private static final String LIST_ENDS = "  AI, classic, difficulty level Easy\n" + "-".repeat(78);

  @TempDir Path directory;

  @BeforeEach
  void requireTheServer() throws Exception {
    Root.require();
    Tool.requireFile(PROGRAM, "freeciv-server");
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "" + NOBODY, "."));
  }

  @Test
  void twoAdministratorsAndAViewerLookAtTheSameConsole() throws Exception {
    try (Iosock iosock = start("-c 2 -r 64K -o ./o.sock");
        Clients administrators = Clients.connect(iosock.socket(), 2);
        Client viewer = Client.connect(directory.resolve("o.sock"))) {
      Client one = administrators.get(0);
      Client two = administrators.get(1);
      String before = Shared.readThrough(one, READY);
      assertEquals(iosock.output(), before);
      assertEquals(before, two.readText(before.length()));
      assertEquals(before, viewer.readText(before.length()));

      one.send("list\n");
      String list = Shared.readThrough(one, LIST_ENDS + "\n> ");
      assertTrue(list.contains(LIST_BEGINS), list);
      assertEquals(list, two.readText(list.length()));
      assertEquals(list, viewer.readText(list.length()));

      two.send("set aifill 3\nlist\n");
      String shorter = Shared.readThrough(two, LIST_ENDS + "\n> ");
      assertTrue(shorter.contains("AI*3") && !shorter.contains("AI*4 ["), shorter);
      assertEquals(shorter, one.readText(shorter.length()));

      // The one that comes late sees what was said before.
      two.close();
      try (Client late = iosock.connect()) {
        String said = before + list + shorter;
        assertEquals(said, late.readText(said.length()));
        late.send("quit\n");
        String end = late.readAllText();
        assertTrue(end.contains("Goodbye."), end);
        assertEquals(end, one.readAllText());
        assertEquals(shorter + end, viewer.readAllText());
      }
      assertEquals(0, iosock.exitCode());
      assertEquals(before, iosock.output());
      assertFalse(Files.exists(iosock.socket()));
      assertFalse(Files.exists(directory.resolve("o.sock")));
    }
  }

  @Test
  void aScriptAsksForTheListAndTheLogHasEverything() throws Exception {
    try (Iosock iosock = start("-t")) {
      Run answer = Shared.run(directory, "list\n", "-w", "2", "--connect", "./s.sock");
      assertEquals(0, answer.exitCode());
      assertTrue(answer.output().contains(LIST_BEGINS), answer.output());
      assertTrue(answer.output().endsWith(LIST_ENDS + "\n> "), answer.output());
      assertTrue(iosock.output().endsWith(READY + answer.output()), iosock.output());
      Run end = Shared.run(directory, "quit\n", "-w", "60", "--connect", "./s.sock");
      assertEquals(0, end.exitCode());
      assertTrue(end.output().contains("Goodbye."), end.output());
      assertEquals(0, iosock.exitCode());
    }
  }

  /** Waits for the prompt. */
  private Iosock start(String options) throws IOException {
    Iosock.Builder builder = Iosock.in(directory).under(Root.user(NOBODY, NOBODY));
    builder.environment().put("HOME", directory.toString());
    builder.environment().put("LC_ALL", "C");
    Iosock iosock =
        builder.startWith(
            Shared.arguments(
                options,
                "./s.sock",
                PROGRAM,
                "--Announce",
                "none",
                "--bind",
                "127.0.0.1",
                "--port",
                "" + freePort()));
    await().atMost(30, SECONDS).until(() -> iosock.output().endsWith(READY));
    return iosock;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }
}
