package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import support.Bytes;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Tool;

/** What iosock uses up: system calls, descriptors, processor time. */
class ResourceUseIT {

  private static final int MESSAGES = 1000;
  private static final int MESSAGE_SIZE = 64;
  private static final int MAX_CALLS = 3;
  private static final Pattern CALL = Pattern.compile("(?m)^\\d+ +(\\w+)\\(");

  @TempDir Path directory;

  @Test
  void anEchoTakesAtMostThreeSystemCallsEachWay() throws Exception {
    Tool.require("strace", "strace");
    Path trace = directory.resolve("trace");
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client client = iosock.connect()) {
      byte[] message = Bytes.random(MESSAGE_SIZE, 1);
      echo(client, message, 10);
      Process strace =
          Forks.start(
              new ProcessBuilder(
                      "strace", "-f", "-qq", "-o", trace.toString(), "-p", "" + loop(iosock))
                  .redirectErrorStream(true));
      await().atMost(20, SECONDS).until(() -> tracer(iosock) != 0);
      echo(client, message, MESSAGES);
      strace.destroy();
      strace.waitFor();
    }
    Map<String, Integer> calls = new TreeMap<>();
    Matcher matcher = CALL.matcher(Files.readString(trace));
    while (matcher.find()) {
      calls.merge(matcher.group(1), 1, Integer::sum);
    }
    int all = calls.values().stream().mapToInt(Integer::intValue).sum();
    System.out.printf("system calls of %d echoes: %s%n", MESSAGES, calls);
    assertTrue(calls.getOrDefault("splice", 0) >= 2 * MESSAGES, calls.toString());
    assertTrue(all <= 2 * MAX_CALLS * MESSAGES, calls.toString());
  }

  @Test
  @Timeout(120)
  void connectsLeaveNoDescriptorOpen() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      connect(iosock, 100);
      int before = settledDescriptors(iosock);
      connect(iosock, 2000);
      assertEquals(before, settledDescriptors(iosock));
    }
  }

  @Test
  void waitingTakesNoTime() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client client = iosock.connect()) {
      assertEquals("x", client.send("x").readText(1));
      long loop = loop(iosock);
      String[] last = {""};
      await()
          .during(3, SECONDS)
          .atMost(20, SECONDS)
          .until(() -> last[0].equals(last[0] = Proc.status(loop, "voluntary_ctxt_switches")));
    }
  }

  private static void echo(Client client, byte[] message, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      assertEquals(message.length, client.send(message).read(message.length).length);
    }
  }

  private static void connect(Iosock iosock, int times) throws Exception {
    for (int i = 0; i < times; i++) {
      try (Client client = iosock.connect()) {
        client.send("x");
      }
    }
  }

  /** After iosock has closed the last client. */
  private static int settledDescriptors(Iosock iosock) throws Exception {
    try (Client client = iosock.connect()) {
      client.send("end\n").readUntil("end\n");
    }
    int[] last = {-1};
    await()
        .during(1, SECONDS)
        .atMost(20, SECONDS)
        .until(() -> last[0] == (last[0] = Proc.descriptors(iosock.pid())));
    return last[0];
  }

  /** The thread that runs main, and the loop. */
  private static long loop(Iosock iosock) throws Exception {
    return Proc.mainThread(iosock.pid());
  }

  private static long tracer(Iosock iosock) throws Exception {
    return Long.parseLong(Proc.status(loop(iosock), "TracerPid"));
  }
}
