package sharing;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Server;

/** {@code -w}: one question and its answer. */
class WaitIT {

  /** Far more than anything takes here; less than {@code -w} where it is not to be waited for. */
  private static final Duration GENEROUS = Duration.ofSeconds(50);

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({"1,0.1", "2.5s,0.7"})
  void anAnswerInPartsIsPrintedWhole(String wait, String between) throws Exception {
    String script = "while read x; do for i in 1 2 3 4 5; do echo $x $i; sleep " + between;
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", script + "; done; done")) {
      String answer = "list 1\nlist 2\nlist 3\nlist 4\nlist 5\n";
      assertEquals(new Run(0, answer), ask("list\n", "-w", wait));
      assertEquals("", iosock.output());
    }
  }

  @Test
  void fromAShell() throws Exception {
    Iosock.script(directory);
    String script = "while read x; do echo one; sleep 0.3; echo two; done";
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", script)) {
      String line = "printf 'list\\n' | ./iosock --connect -w 2 ./s.sock && echo answered";
      assertEquals(new Run(0, "one\ntwo\nanswered\n"), Run.of(directory, "sh", "-c", line));
      assertEquals("", iosock.errors());
    }
  }

  @ParameterizedTest
  @CsvSource({"-w 0.5,500", "--wait 0.7s,700", "--wait=1,1000"})
  void aServerThatNeverAnswersIsWaitedForSoLong(String option, long millis) throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "cat >/dev/null")) {
      long start = System.nanoTime();
      assertEquals(new Run(0, ""), ask("list\n", option.split(" ")));
      assertTrue(System.nanoTime() - start >= millis * 1_000_000);
      assertTrue(iosock.process().isAlive());
    }
  }

  @Test
  void itNeedNotAskAnything() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "exec cat")) {
      assertEquals(new Run(0, ""), ask("", "-w", "0.2"));
      assertTrue(iosock.process().isAlive());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"60", "1m", "1h", "1000000000"})
  void aServerThatClosesEarlierEndsIt(String wait) throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "read x; echo got $x; exit 3")) {
      long start = System.nanoTime();
      assertEquals(new Run(0, "got list\n"), ask("list\n", "-w", wait));
      assertTrue(System.nanoTime() - start < GENEROUS.toNanos());
      assertEquals(3, iosock.exitCode());
    }
  }

  @Test
  void aSilentServerIsWaitedForAsLongAsTheInputIsOpen() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Peer client = Peer.iosock(directory, "-w", "0.2", "--connect", "./s.sock")) {
      client.send("one\n").awaitOutput("one\n");
      await().during(1200, MILLISECONDS).atMost(20, SECONDS).until(client::isRunning);
      client.send("two\n").awaitOutput("one\ntwo\n");
      client.endInput();
      assertEquals(0, client.exitCode());
      assertEquals("one\ntwo\n", client.output());
      assertEquals("", client.errors());
      assertTrue(iosock.process().isAlive());
    }
  }

  /** The time counts from when everything has been sent. */
  @Test
  void aServerThatReadsLaterIsWaitedForAsLongAsThereIsInputToSend() throws Exception {
    byte[] question = Bytes.random(3_000_000, 1);
    Files.write(directory.resolve("question"), question);
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Iosock client =
            Iosock.in(directory)
                .input(Redirect.from(directory.resolve("question").toFile()))
                .startWith("-w", "0.2", "--connect", "./s.sock");
        Client accepted = server.accept()) {
      await()
          .during(1200, MILLISECONDS)
          .atMost(20, SECONDS)
          .until(() -> client.process().isAlive());
      assertArrayEquals(question, accepted.readAll());
      assertEquals(0, client.exitCode());
      assertEquals("", client.errors());
    }
  }

  @Test
  void eachByteOfTheAnswerStartsTheTimeAgain() throws Exception {
    try (Server server = Server.listen(directory.resolve("s.sock"));
        Peer client = Peer.iosock(directory, "-w", "2", "--connect", "./s.sock");
        Client accepted = server.accept()) {
      client.endInput();
      assertEquals("", accepted.readText(1));
      long start = System.nanoTime();
      int sent = 0;
      while (System.nanoTime() - start < 5_000_000_000L) {
        accepted.send("x");
        client.awaitOutput("x".repeat(++sent));
        new Pace(1, 200).pause();
      }
      assertEquals(0, client.exitCode());
      assertEquals("x".repeat(sent), client.output());
    }
  }

  @ParameterizedTest
  @CsvSource({"HUP,1", "INT,2", "TERM,15", "USR1,10"})
  void aSignalEndsIt(String name, int number) throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Peer client = Peer.iosock(directory, "-w", "1h", "--connect", "./s.sock")) {
      client.send("word\n").endInput().awaitOutput("word\n");
      Proc.signal(client.pid(), "-" + name);
      assertEquals(128 + number, client.exitCode());
      assertTrue(iosock.process().isAlive());
    }
  }

  @Test
  void oneThatIsTurnedAwaySaysSo() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client first = iosock.connect()) {
      assertEquals(
          new Run(125, "iosock: ./s.sock has another client\n"), ask("list\n", "-w", "60"));
      assertEquals("x", first.send("x").readText(1));
    }
  }

  /** The next question of another script is answered, and no answer goes astray. */
  @Test
  void questionsOneAfterTheOther() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "while read x; do echo $x; done")) {
      for (int i = 0; i < 4; i++) {
        assertEquals(new Run(0, "question " + i + "\n"), ask("question " + i + "\n", "-w", "1"));
      }
      assertEquals("", iosock.output());
    }
  }

  /** With {@code -r}, what was said before comes first. */
  @Test
  void withTakeOverAndReplay() throws Exception {
    try (Iosock iosock = Shared.running(directory, "-r 1K", "while read x; do echo $x; done");
        Client old = iosock.connect()) {
      assertEquals("before", old.send("before\n").readLine());
      assertEquals(new Run(0, "before\nlist\n"), ask("list\n", "--take-over", "-w", "1"));
      assertEquals("", old.readText(1));
    }
  }

  private Run ask(String question, String... options) throws Exception {
    String[] all = Arrays.copyOf(options, options.length + 2);
    all[options.length] = "--connect";
    all[options.length + 1] = "./s.sock";
    return Shared.run(directory, question, all);
  }
}
