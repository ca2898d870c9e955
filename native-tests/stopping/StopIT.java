package stopping;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;

/** How SIGTERM and SIGINT stop the command. */
class StopIT {

  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;
  private static final int KILLED = 128 + 9;

  /** Prints each line that it reads, and SIGTERM; ends after the line {@code stop}. */
  private static final String SERVER =
      "trap 'echo TERM' TERM; echo ready; while :; do"
          + " if read line; then echo \"got $line\"; [ \"$line\" = stop ] && exit 7; fi; done";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "./s.sock, 15",
    "./s.sock, 2",
    "-p ./s.sock, 15",
    "-p ./s.sock, 2",
    "-, 15",
    "-, 2",
    "-p -, 15",
    "-p -, 2"
  })
  void theFirstTimeIsTheText(String arguments, int signal) throws Exception {
    try (Iosock iosock = start("--stop-input stop\\n " + arguments, SERVER)) {
      awaitOutput(iosock, "ready\n");
      iosock.signal(signal);
      assertEquals(7, iosock.exitCode());
      String shown = arguments.startsWith("-p") ? "stop\ngot stop\n" : "got stop\n";
      assertEquals("ready\n" + shown, text(iosock));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"./s.sock", "-p ./s.sock"})
  void everyOtherTimeIsTheSignal(String arguments) throws Exception {
    try (Iosock iosock = start("--stop-input save\\n " + arguments, SERVER)) {
      awaitOutput(iosock, "ready\n");
      iosock.signal(SIGINT);
      await().atMost(20, SECONDS).until(() -> text(iosock).endsWith("got save\n"));
      iosock.signal(SIGINT);
      await().atMost(20, SECONDS).until(() -> text(iosock).endsWith("got save\nTERM\n"));
      iosock.signal(SIGTERM);
      await().atMost(20, SECONDS).until(() -> text(iosock).endsWith("got save\nTERM\nTERM\n"));
    }
  }

  @Test
  void theTextIsInputAmongThatOfAClient() throws Exception {
    try (Iosock iosock = start("--stop-input stop\\n ./s.sock", SERVER)) {
      awaitOutput(iosock, "ready\n");
      try (Client client = iosock.connect()) {
        assertEquals("got hello", client.send("hello\n").readLine());
        iosock.signal(SIGTERM);
        assertEquals("got stop\n", client.readAllText());
      }
      assertEquals(7, iosock.exitCode());
    }
  }

  /** The end-of-file character only hands over the line that was begun, and has to come again. */
  @Test
  void aTextThatEndsNoLineMayBeFollowedByTheEndOfTheInput() throws Exception {
    try (Iosock iosock = start("--stop-input stop -p -", "echo ready; cat; exit 3")) {
      awaitOutput(iosock, "ready\n");
      iosock.signal(SIGTERM);
      awaitOutput(iosock, "ready\nstop");
      iosock.process().getOutputStream().close();
      assertEquals(3, iosock.exitCode());
      assertEquals("ready\nstopstop", text(iosock));
    }
  }

  @Test
  void everyByteCanBeWritten() throws Exception {
    String text = "\\x00\\xff\\x0a\\n\\r\\t\\e\\\\x\\x7F";
    try (Iosock iosock =
        Iosock.in(directory)
            .startWith("--stop-input", text, "./s.sock", "sh", "-c", "head -c 10 | od -An -tx1")
            .awaitCommand()) {
      iosock.signal(SIGTERM);
      assertEquals(0, iosock.exitCode());
      assertEquals(" 00 ff 0a 0a 0d 09 1b 5c 78 7f\n", iosock.output());
    }
  }

  /** What the client has sent fills the pipe; or the terminal, but not the pipe to it. */
  @ParameterizedTest
  @CsvSource({"./s.sock, 8000000", "-p ./s.sock, 8000000", "-p ./s.sock, 60000"})
  void theSignalFollowsATextThatCannotBeWritten(String arguments, int size) throws Exception {
    String script =
        "stty raw -echo 2>/dev/null; trap 'exit 9' TERM; echo ready;"
            + " while :; do sleep 0.1; done";
    try (Iosock iosock = start("--stop-input stop\\n " + arguments, script)) {
      awaitOutput(iosock, "ready\n");
      try (Client client = iosock.connect()) {
        Thread flood = new Thread(client.sender(new byte[size]));
        flood.setUncaughtExceptionHandler((thread, closedAtTheEnd) -> {});
        flood.start();
        Idle.await(iosock.pid());
        long begin = System.nanoTime();
        iosock.signal(SIGTERM);
        assertEquals(9, iosock.exitCode());
        assertTrue(System.nanoTime() - begin >= 1_000_000_000);
        flood.join();
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"-", "-p -"})
  void theSignalFollowsAtOnceWhereTheInputHasEnded(String arguments) throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).startWith(line("--stop-input stop\\n " + arguments, SERVER))) {
      await().atMost(20, SECONDS).until(() -> text(iosock).contains("ready\n"));
      iosock.signal(SIGTERM);
      await().atMost(20, SECONDS).until(() -> text(iosock).contains("TERM\n"));
      assertFalse(text(iosock).contains("stop"));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "INT, INT",
    "SIGUSR1, USR1",
    "hup, HUP",
    "3, QUIT",
    "WINCH, WINCH",
    "RTMIN+3, 37",
    "RTMAX-1, 63",
    "64, 64"
  })
  void theSignalCanBeAnother(String name, String printed) throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .startWith("--stop-signal", name, "./s.sock", Programs.compiled("printsignals"))) {
      StringBuilder expected = new StringBuilder("ready\n");
      awaitOutput(iosock, expected.toString());
      for (int signal : List.of(SIGTERM, SIGINT, SIGTERM)) {
        iosock.signal(signal);
        awaitOutput(iosock, expected.append(printed).append('\n').toString());
      }
      iosock.signal(10);
      awaitOutput(iosock, expected.append("USR1\n").toString());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"./s.sock", "-p ./s.sock", "-", "-g ./s.sock", "-p -g -"})
  void aCommandThatDoesNotStopIsKilled(String arguments) throws Exception {
    try (Iosock iosock =
        start("--stop-timeout 0.5 " + arguments, "trap '' TERM; echo ready; exec sleep 1000")) {
      awaitOutput(iosock, "ready\n");
      long begin = System.nanoTime();
      iosock.signal(SIGTERM);
      assertEquals(KILLED, iosock.exitCode());
      assertTrue(System.nanoTime() - begin >= 500_000_000);
    }
  }

  @Test
  void aCommandThatTakesTheTextAndGoesOnIsKilled() throws Exception {
    String options = "--stop-timeout 0.5 --stop-input save\\n ./s.sock";
    try (Iosock iosock = start(options, SERVER)) {
      awaitOutput(iosock, "ready\n");
      iosock.signal(SIGTERM);
      assertEquals(KILLED, iosock.exitCode());
      assertEquals("ready\ngot save\n", iosock.output());
    }
  }

  @Test
  void aCommandThatIsStoppedIsKilled() throws Exception {
    try (Iosock iosock = start("--stop-timeout 0.5 ./s.sock", "echo ready; exec sleep 1000")) {
      awaitOutput(iosock, "ready\n");
      long command = Proc.children(iosock.pid()).getFirst();
      Proc.signal(command, "-STOP");
      await().atMost(20, SECONDS).until(() -> Proc.state(command) == 'T');
      iosock.signal(SIGTERM);
      assertEquals(KILLED, iosock.exitCode());
    }
  }

  /** The command is held back by the client, and what it wrote goes to the console in the end. */
  @Test
  void aCommandIsKilledWhileAClientStalls() throws Exception {
    try (Iosock iosock = start("--stop-timeout 0.5 ./s.sock", "trap '' TERM; read x; exec yes")) {
      try (Client client = iosock.awaitListening().connect()) {
        client.send("go\n").readUntil("y\n");
        Idle.await(iosock.pid());
        iosock.signal(SIGTERM);
        assertEquals(KILLED, iosock.exitCode());
        assertTrue(iosock.output().startsWith("y\n"), "the console got nothing");
      }
    }
  }

  @Test
  void aCommandIsKilledWhileTheConsoleStalls() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .output(Redirect.PIPE)
            .error(Redirect.PIPE)
            .startWith(line("--stop-timeout 0.5 ./s.sock", "trap '' TERM; yes >&2 & exec yes"))
            .awaitCommand()) {
      Idle.await(iosock.pid());
      iosock.signal(SIGTERM);
      assertEquals(KILLED, iosock.exitCode());
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--stop-signal NOSUCH, not a signal: NOSUCH",
    "--stop-signal 32, not a signal: 32",
    "--stop-signal 65, not a signal: 65",
    "--stop-signal RTMIN+31, not a signal: RTMIN+31",
    "--parent-death 0, not a signal: 0",
    "--stop-input \\q, bad escape sequence: \\q",
    "--stop-input stop\\, bad escape sequence: stop\\",
    "--stop-input \\x1, bad escape sequence: \\x1",
    "--stop-input=, --stop-input needs a text",
    "--stop-timeout soon, not a time of more than 0 and at most 1000000000 seconds: soon",
    "-e 256, not an exit code from 0 to 255: 256",
    "-e one, not an exit code from 0 to 255: one",
  })
  void aBadValueIsRefusedBeforeTheCommandStarts(String option, String message) throws Exception {
    try (Iosock iosock = start(option + " ./s.sock", ": >started")) {
      assertEquals(125, iosock.exitCode());
      assertEquals("iosock: " + message + " (see iosock --help)\n", iosock.errors());
      assertFalse(Files.exists(directory.resolve("started")));
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  /** With an input that does not end. */
  private Iosock start(String arguments, String script) throws IOException {
    return Iosock.in(directory).input(Redirect.PIPE).startWith(line(arguments, script));
  }

  private static String[] line(String arguments, String script) {
    List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
    all.addAll(List.of("sh", "-c", script));
    return all.toArray(String[]::new);
  }

  private static void awaitOutput(Iosock iosock, String expected) {
    await().atMost(20, SECONDS).until(() -> text(iosock), text -> text.equals(expected));
  }

  /** A terminal ends its lines with a carriage return, too. */
  private static String text(Iosock iosock) throws IOException {
    return iosock.output().replace("\r", "");
  }
}
