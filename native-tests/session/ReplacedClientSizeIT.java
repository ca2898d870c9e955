package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Programs;
import support.Run;

/** A client that another one has replaced sets the size of the command's terminal no more. */
class ReplacedClientSizeIT {

  private static final String TAKE_OVER = "/take-over";

  /** So many bytes that it is the flood which waits in the client's socket. */
  private static final int MUCH = 50_000;

  @TempDir Path directory;

  /** It is still connected: it has not read what it is owed. */
  @Test
  void oneThatDoesNotReadSetsNoSize() throws Exception {
    Run.of(directory, "mkfifo", "gate");
    String flood = "head -c 1; read x <gate; head -c 900000 /dev/zero; exec cat";
    try (PtyServer server = PtyServer.raw(directory, flood);
        Sizer old = Sizer.connectAsIosock(directory, "30x90")) {
      old.echo("x");
      old.assertHasChannel();
      old.tell("size 31 91");
      server.awaitSize(31, 91);
      Files.writeString(directory.resolve("gate"), "open\n");
      await().atMost(20, SECONDS).until(() -> Integer.parseInt(old.answer("queued")) > MUCH);
      server.awaitIdle();
      try (Sizer next = Sizer.connectAsIosock(directory, "40x100" + TAKE_OVER)) {
        server.awaitSize(40, 100);
        server.awaitIdle();
        assertEquals("refused", old.answer("size 32 92"));
        server.awaitIdle();
        assertEquals("40 100", server.size());
        next.answer("receive");
        next.assertHasChannel();
        next.tell("size 41 101");
        server.awaitSize(41, 101);
      }
    }
  }

  /** The next client but one has the number of its descriptor. */
  @Test
  void oneThatIsGoneSetsNoSizeWhenAnotherTypes() throws Exception {
    String raw = "exec " + Programs.compiled("printsizes") + " >sizes";
    try (PtyServer server = PtyServer.raw(directory, raw)) {
      awaitSizes("24x80\n");
      try (Sizer old = Sizer.connectAsIosock(directory, "30x90")) {
        awaitSizes("24x80\n30x90\n");
        takeOverTwice(server, old);
      }
      server.resize(50, 100);
      awaitSizes("24x80\n30x90\n40x100\n50x100\n");
    }
  }

  private void takeOverTwice(PtyServer server, Sizer old) throws Exception {
    try (Sizer plain = Sizer.connectAsIosock(directory, "none" + TAKE_OVER)) {
      assertEquals("", old.answer("receive"));
      server.awaitIdle();
      try (Sizer next = Sizer.connectAsIosock(directory, "40x100" + TAKE_OVER)) {
        assertEquals("", plain.answer("receive"));
        awaitSizes("24x80\n30x90\n40x100\n");
        for (int i = 0; i < 3; i++) {
          next.tell("send x");
          server.awaitIdle();
        }
      }
    }
  }

  private void awaitSizes(String sizes) throws Exception {
    await()
        .atMost(20, SECONDS)
        .until(() -> Files.readString(directory.resolve("sizes")), sizes::equals);
  }
}
