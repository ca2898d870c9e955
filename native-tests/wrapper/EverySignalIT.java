package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Tool;

/** Every signal in every mode. */
class EverySignalIT {

  private static final int SIGALRM = 14;

  /** The signals that are passed on as they are: by name, and the real-time ones by number. */
  private static final List<String> PASSED_ON =
      Stream.concat(
              Stream.of(
                  "HUP", "QUIT", "USR1", "USR2", "WINCH", "CONT", "ALRM", "VTALRM", "PROF", "XCPU",
                  "IO", "PWR", "STKFLT", "URG"),
              IntStream.rangeClosed(34, 64).mapToObj(Integer::toString))
          .toList();

  /** Sent with {@code --serve} and {@code --connect}, these end iosock. */
  private static final List<Integer> FATAL =
      List.of(1, 2, 3, 10, 12, 14, 15, 16, 24, 26, 27, 29, 30, 34, 50, 64);

  /** A fault's own signals, and those that iosock would get for what it writes. */
  private static final List<String> IGNORED = List.of("PIPE", "XFSZ");

  @TempDir Path directory;

  @ParameterizedTest
  @ValueSource(strings = {"./s.sock", "-p ./s.sock", "-", "-p -"})
  void itIsPassedOnOnce(String arguments) throws Exception {
    try (Iosock iosock = printing(arguments, List.of())) {
      StringBuilder expected = new StringBuilder("ready\n");
      for (String signal : PASSED_ON) {
        Proc.signal(iosock.pid(), "-" + signal);
        awaitOutput(iosock, expected.append(signal.equals("IO") ? "POLL" : signal).append('\n'));
      }
      for (String signal : IGNORED) {
        Proc.signal(iosock.pid(), "-" + signal);
      }
      for (String stop : List.of("TERM", "INT")) {
        Proc.signal(iosock.pid(), "-" + stop);
        awaitOutput(iosock, expected.append("TERM\n"));
      }
      assertEquals("", iosock.errors());
    }
  }

  /** Real-time signals are queued: signal(7). */
  @Test
  void aRealTimeSignalIsPassedOnAsOftenAsItIsSent() throws Exception {
    try (Iosock iosock = printing("./s.sock", List.of())) {
      String script = "for i in 1 2 3 4 5 6 7 8 9 10; do kill -40 $1; done";
      assertEquals(new Run(0, ""), Run.of(directory, "sh", "-c", script, "sh", "" + iosock.pid()));
      awaitOutput(iosock, new StringBuilder("ready\n").append("40\n".repeat(10)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, SIGALRM, 24, 29, 34, 64})
  void itStaysIgnored(int signal) throws Exception {
    List<String> ignoring = List.of(Programs.compiled("setup"), "-i" + signal);
    try (Iosock iosock = printing("./s.sock", ignoring)) {
      Proc.signal(iosock.pid(), signal);
      Proc.signal(iosock.pid(), "-USR1");
      awaitOutput(iosock, new StringBuilder("ready\nUSR1\n"));
    }
  }

  /** An alarm clock is kept by execve(2): its signal comes from the kernel, and to iosock alone. */
  @Test
  void anAlarmClockThatWasSetBeforeTheStartReachesTheCommand() throws Exception {
    Tool.require("perl", "perl-base");
    try (Iosock iosock = printing("./s.sock", List.of("perl", "-e", "alarm 5; exec @ARGV", "--"))) {
      awaitOutput(iosock, new StringBuilder("ready\nALRM\n"));
    }
  }

  static List<Integer> fatal() {
    return FATAL;
  }

  @ParameterizedTest
  @MethodSource("fatal")
  void itEndsAServerThatLeavesNothingBehind(int signal) throws Exception {
    try (Iosock server =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      server.signal(signal);
      assertEquals(128 + signal, server.exitCode());
      assertFalse(Files.exists(server.socket()));
      assertEquals("", server.errors());
    }
  }

  @ParameterizedTest
  @MethodSource("fatal")
  void itEndsAClient(int signal) throws Exception {
    Path scratch = Files.createDirectory(directory.resolve("client"));
    try (Iosock server = Iosock.running(directory, "cat");
        Iosock client =
            Iosock.in(scratch).input(Redirect.PIPE).startWith("--connect", "../s.sock")) {
      client.process().getOutputStream().write('x');
      client.process().getOutputStream().flush();
      await().atMost(20, SECONDS).until(() -> client.output().equals("x"));
      client.signal(signal);
      assertEquals(128 + signal, client.exitCode());
      assertEquals("", client.errors());
      assertTrue(server.process().isAlive());
    }
  }

  /** Their default action is to do nothing: signal(7). */
  @ParameterizedTest
  @ValueSource(strings = {"URG", "CONT", "WINCH", "CHLD", "PIPE", "XFSZ"})
  void itDoesNothingToAServer(String signal) throws Exception {
    try (Iosock server =
        Iosock.in(directory)
            .input(Redirect.PIPE)
            .startWith("--serve", "./s.sock")
            .awaitListening()) {
      Proc.signal(server.pid(), "-" + signal);
      server.signal(15);
      assertEquals(128 + 15, server.exitCode());
    }
  }

  /** Process 1 cannot be stopped. */
  @ParameterizedTest
  @CsvSource({"./s.sock", "-p ./s.sock"})
  void process1PassesOnTheSignalsThatStopAProcess(String arguments) throws Exception {
    Tool.require("unshare", "util-linux");
    Tool.requireToRun(
        Run.of(directory, "unshare", "-pf", "--mount-proc", "true"), "PID namespaces need root");
    List<String> namespace = List.of("unshare", "-pf", "--kill-child", "--mount-proc");
    try (Iosock iosock = printing(arguments, namespace)) {
      long init = Proc.children(iosock.pid()).getFirst();
      StringBuilder expected = new StringBuilder("ready\n");
      for (String signal : List.of("TSTP", "TTIN", "TTOU", "40")) {
        Proc.signal(init, "-" + signal);
        awaitOutput(iosock, expected.append(signal).append('\n'));
      }
    }
  }

  /** The command may have changed its user: kill(2). */
  @Test
  void aSignalThatCannotBeSentIsReportedOnce() throws Exception {
    List<String> refusing = List.of(Programs.compiled("refuse"), "kill", "1");
    try (Iosock iosock = printing("./s.sock", refusing)) {
      String line = "iosock: cannot send signal %d to the command: Operation not permitted\n";
      Proc.signal(iosock.pid(), "-USR1");
      await().atMost(20, SECONDS).until(() -> iosock.errors().equals(line.formatted(10)));
      Proc.signal(iosock.pid(), "-USR1");
      Proc.signal(iosock.pid(), "-TERM");
      String both = line.formatted(10) + line.formatted(15);
      await().atMost(20, SECONDS).until(() -> iosock.errors().equals(both));
    }
  }

  /**
   * Starts iosock with a program that prints the signals that it gets, and waits for the program.
   *
   * @param before a command that executes its last arguments
   */
  private Iosock printing(String arguments, List<String> before) throws Exception {
    List<String> all = new ArrayList<>(List.of(arguments.split(" ")));
    all.add(Programs.compiled("printsignals"));
    Iosock iosock =
        Iosock.in(directory)
            .under(before.toArray(String[]::new))
            // Two VMs that are process 1 and share /tmp collide on a file there.
            .withJava("-XX:-UsePerfData")
            .input(Redirect.PIPE)
            .startWith(all.toArray(String[]::new));
    awaitOutput(iosock, new StringBuilder("ready\n"));
    return iosock;
  }

  /** A terminal ends its lines with a carriage return, too. */
  private static void awaitOutput(Iosock iosock, StringBuilder expected) {
    String text = expected.toString();
    await()
        .atMost(20, SECONDS)
        .until(() -> iosock.output().replace("\r", ""), output -> output.equals(text));
  }
}
