package wrapper;

import static java.util.concurrent.TimeUnit.MICROSECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Build;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Programs;

/** Signals that iosock gets. */
class SignalIT {

  private static final int SIGTERM = 15;
  private static final int MOMENTS = 40;
  private static final int STORM = 3000;

  /** Printed by a VM that gets SIGTERM while it starts, before it runs the program. */
  private static final String VM_INTERRUPTED = "Error occurred during initialization of VM";

  @TempDir Path directory;

  @ParameterizedTest
  @CsvSource({
    "HUP, HUP",
    "INT, TERM",
    "QUIT, QUIT",
    "USR1, USR1",
    "USR2, USR2",
    "TERM, TERM",
    "CONT, CONT",
    "WINCH, WINCH",
  })
  void aSignalIsPassedOnEveryTime(String sent, String received) throws Exception {
    try (Iosock iosock = Iosock.running(directory, Programs.compiled("printsignals"))) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      for (int i = 1; i <= 5; i++) {
        Proc.signal(iosock.pid(), "-" + sent);
        String expected = "ready\n" + (received + "\n").repeat(i);
        await().atMost(20, SECONDS).until(() -> iosock.output().equals(expected));
      }
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aSignalThatWasIgnoredStaysIgnored() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-i" + SIGTERM)
            .start("cat")
            .awaitCommand()) {
      iosock.signal(SIGTERM);
      try (Client client = iosock.connect()) {
        assertEquals("still here", client.send("still here\n").readLine());
      }
      assertTrue(iosock.process().isAlive());
    }
  }

  /** A supervisor that uses signalfd(2) may leave them blocked. */
  @Test
  void signalsThatWereBlockedAtTheStartAreHandledAllTheSame() throws Exception {
    try (Iosock iosock =
        Iosock.in(directory)
            .under(Programs.compiled("setup"), "-b17", "-b10", "-b15")
            .start("sleep", "1000")
            .awaitCommand()) {
      iosock.signal(SIGTERM);
      await().atMost(20, SECONDS).until(() -> isPending(iosock.commandPid(), SIGTERM));
      Proc.signal(iosock.commandPid(), "-KILL");
      assertEquals(128 + 9, iosock.exitCode());
    }
  }

  private static boolean isPending(long pid, int signal) {
    return (Long.parseUnsignedLong(Proc.status(pid, "ShdPnd"), 16) >>> (signal - 1) & 1) != 0;
  }

  /** The moments are spread over the whole start, which takes the image a fifth of the time. */
  @ParameterizedTest
  @CsvSource({"JAR, 12500", "IMAGE, 2500"})
  @Timeout(300)
  void sigtermAtAnyMomentOfTheStartLeavesNothingBehind(Build build, long stepMicros)
      throws Exception {
    for (int moment = 0; moment < MOMENTS; moment++) {
      Path scratch = Files.createDirectory(directory.resolve("moment" + moment));
      // A unique argument, so that the command is found even if its parent has changed.
      String time = "1" + String.format("%06d", moment) + ProcessHandle.current().pid();
      try (Iosock iosock = Iosock.in(scratch).as(build).start("sleep", time)) {
        CompletableFuture.runAsync(
                () -> iosock.process().destroy(),
                CompletableFuture.delayedExecutor(moment * stepMicros, MICROSECONDS))
            .join();
        int code = iosock.exitCode();
        boolean vmNeverStarted =
            code == 1 && (iosock.output() + iosock.errors()).contains(VM_INTERRUPTED);
        assertTrue(
            code == 128 + SIGTERM || vmNeverStarted,
            code + " at moment " + moment + ": " + iosock.output() + iosock.errors());
        assertFalse(Files.exists(iosock.socket()), "a socket is left of moment " + moment);
        assertFalse(
            ProcessHandle.allProcesses()
                .anyMatch(p -> p.info().commandLine().orElse("").endsWith("sleep " + time)),
            "a command is left of moment " + moment);
      }
    }
  }

  @Test
  void aStormOfSignalsChangesNothing() throws Exception {
    String script = "trap '' USR1 USR2 WINCH; echo ready; exec cat";
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", script)) {
      await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
      try (Client client = iosock.connect()) {
        String storm =
            "i=0; while [ $i -lt "
                + STORM
                + " ]; do kill -USR1 $1; kill -WINCH $1; kill -USR2 $1;"
                + " i=$((i+3)); done";
        Process sender =
            Forks.start(new ProcessBuilder("sh", "-c", storm, "sh", "" + iosock.pid()));
        for (int i = 0; sender.isAlive() || i < 100; i++) {
          assertEquals("line " + i, client.send("line " + i + "\n").readLine());
        }
        assertEquals(0, sender.waitFor());
      }
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }
}
