package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Build;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Tool;

/** How many system calls a message costs each way, as strace(1) counts them. */
class SystemCallIT {

  private static final int WARM_UP = 1000;
  private static final int ECHOES = 100;
  private static final String MESSAGE = "x".repeat(64);
  private static final int SIGINT = 2;

  /** Not those by which the VM wakes its compiler, stops threads and manages its memory. */
  private static final String VMS_OWN = "trace=!futex,madvise,mprotect,mmap,munmap,sched_yield";

  @TempDir Path directory;

  @Test
  void anEchoThroughPipesTakesTwoEachWay() throws Exception {
    try (Iosock iosock = image().start("cat").awaitCommand();
        Client client = iosock.connect()) {
      assertEquals(
          List.of("poll", "splice", "poll", "splice"), callsOfOneEcho(iosock.pid(), client));
    }
  }

  @Test
  void aClientThatIsAloneCostsNothingMoreWhereSeveralMayConnect() throws Exception {
    try (Iosock iosock = image().startWith("-c", "8", "./s.sock", "cat").awaitCommand();
        Client client = iosock.connect()) {
      assertEquals(
          List.of("poll", "splice", "poll", "splice"), callsOfOneEcho(iosock.pid(), client));
    }
  }

  /**
   * For each of two, tee and splice; and a splice that takes the bytes out of the source. What one
   * of several clients sends is a piece, whose length is asked for.
   */
  @Test
  void anEchoToTwoClientsTakesTwoCallsMoreForEach() throws Exception {
    try (Iosock iosock = image().startWith("-c", "8", "./s.sock", "cat").awaitCommand();
        Client client = iosock.connect();
        Client other = iosock.connect()) {
      assertEquals(
          List.of("poll", "ioctl", "splice", "poll", "tee", "tee", "splice", "splice", "splice"),
          callsOfOneEcho(iosock.pid(), client, other));
    }
  }

  /** The bytes are copied by reference for the client, and read for the history. */
  @Test
  void anEchoWithAHistoryTakesTwoCallsMore() throws Exception {
    try (Iosock iosock = image().startWith("-r", "1M", "./s.sock", "cat").awaitCommand();
        Client client = iosock.connect()) {
      assertEquals(
          List.of("poll", "splice", "poll", "tee", "splice", "read"),
          callsOfOneEcho(iosock.pid(), client));
    }
  }

  @Test
  void anEchoThroughATerminalTakesThreeEachWay() throws Exception {
    String command = "stty raw -echo; echo ready; exec cat";
    try (Iosock iosock = image().startWith("-p", "./s.sock", "sh", "-c", command)) {
      await().atMost(30, SECONDS).until(() -> iosock.output().contains("ready"));
      try (Client client = iosock.connect()) {
        assertEquals(
            List.of("poll", "splice", "splice", "poll", "splice", "splice"),
            callsOfOneEcho(iosock.pid(), client));
      }
    }
  }

  /** Its VM next to never makes calls of its own in this thread. */
  private Iosock.Builder image() {
    return Iosock.in(directory).as(Build.IMAGE);
  }

  /** Fails unless the same calls are made for each echo. */
  private List<String> callsOfOneEcho(long pid, Client client, Client... others) throws Exception {
    Tool.require("strace", "strace");
    echo(client, others, WARM_UP);
    long loop = Proc.mainThread(pid);
    Path log = directory.resolve("strace.log");
    Process strace =
        Forks.start(
            new ProcessBuilder(
                    "strace", "-qq", "-e", VMS_OWN, "-o", "" + log, "-p", Long.toString(loop))
                .inheritIO());
    await().atMost(30, SECONDS).until(() -> isTraced(strace, loop));
    echo(client, others, ECHOES);
    // The call that waits for the next message is in the log once the thread waits in it.
    await().atMost(30, SECONDS).until(() -> Proc.state(loop) == 'S');
    Proc.signal(strace.pid(), SIGINT);
    strace.waitFor();
    List<String> calls = Files.readAllLines(log).stream().map(SystemCallIT::name).toList();
    // It was waiting in the first call when it was attached to, and is waiting in the last one.
    int each = (calls.size() - 1) / ECHOES;
    List<String> first = calls.subList(0, each);
    for (int i = 0; i < ECHOES; i++) {
      assertEquals(first, calls.subList(i * each, (i + 1) * each), "echo " + i);
    }
    assertEquals(ECHOES * each + 1, calls.size());
    return first;
  }

  private static boolean isTraced(Process strace, long thread) {
    if (!strace.isAlive()) {
      throw new AssertionError("strace has ended: " + strace.exitValue());
    }
    return Proc.status(thread, "TracerPid").equals(Long.toString(strace.pid()))
        && Proc.state(thread) == 'S';
  }

  private static void echo(Client client, Client[] others, int times) throws IOException {
    for (int i = 0; i < times; i++) {
      assertEquals(MESSAGE, client.send(MESSAGE).readText(MESSAGE.length()));
      for (Client other : others) {
        assertEquals(MESSAGE, other.readText(MESSAGE.length()));
      }
    }
  }

  /** Of a line of the log. */
  private static String name(String call) {
    String name = call.substring(0, call.indexOf('('));
    // restart_syscall is what it waited in when it was attached to; aarch64 has ppoll only.
    return name.equals("restart_syscall") || name.equals("ppoll") ? "poll" : name;
  }
}
