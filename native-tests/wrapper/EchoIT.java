package wrapper;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Run;
import support.Tool;

/** What a client sends, what it receives, and what the console gets meanwhile. */
class EchoIT {

  @TempDir Path directory;

  @Test
  void megabytesOfAnyBytesComeBackUnchanged() throws Exception {
    byte[] sent = Bytes.random(16 << 20, 1);
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client client = iosock.connect()) {
      CompletableFuture<Void> sender = CompletableFuture.runAsync(client.sender(sent));
      assertArrayEquals(sent, client.read(sent.length));
      sender.join();
      assertEquals("", iosock.output());
    }
  }

  @Test
  void aVariableOutlivesTheClientThatSetIt() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh")) {
      try (Client client = iosock.connect()) {
        client.send("x=kept\n");
      }
      try (Client client = iosock.connect()) {
        assertEquals("kept", client.send("echo $x\n").readLine());
      }
    }
  }

  @Test
  void outputAndErrorsGoToTheClientAlone() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh")) {
      try (Client client = iosock.connect()) {
        assertEquals("out", client.send("echo out\n").readLine());
        assertEquals("err", client.send("echo err >&2\n").readLine());
        client.send("exit\n");
        assertEquals("", client.readText(1));
      }
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.output());
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void outputAndErrorsGoToStdoutAndStderrWhileNoClientIsConnected() throws Exception {
    try (Iosock iosock = Iosock.in(directory).start("sh", "-c", "echo out; echo err >&2; exit 3")) {
      assertEquals(3, iosock.exitCode());
      assertEquals("out\n", iosock.output());
      assertEquals("err\n", iosock.errors());
    }
  }

  @Test
  void inputBlocksWhileNoClientIsConnected() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "sh", "-c", "read x; echo got $x")) {
      try (Client silent = iosock.connect()) {
        silent.shutdownOutput();
      }
      try (Client client = iosock.connect()) {
        assertEquals("got it", client.send("it\n").readLine());
      }
      assertEquals(0, iosock.exitCode());
    }
  }

  @Test
  void socatAndNetcatAreClients() throws Exception {
    Tool.require("socat", "socat");
    Tool.require("nc", "netcat-openbsd");
    try (Iosock iosock = Iosock.running(directory, "sh")) {
      assertEquals(
          new Run(0, "one\n"),
          Run.withInput(directory, "echo one\n", "socat", "-t1", "-", "UNIX-CONNECT:s.sock"));
      assertEquals(
          new Run(0, "two\n"),
          Run.withInput(directory, "echo two; exit 5\n", "nc", "-U", "s.sock"));
      assertEquals(5, iosock.exitCode());
    }
  }

  @Test
  void anAbstractSocket() throws Exception {
    Tool.require("socat", "socat");
    String name = "iosock-test-" + ProcessHandle.current().pid() + "-echo";
    try (Iosock iosock =
        Iosock.in(directory).startWith("@" + name, "sh", "-c", "read x; echo $x").awaitCommand()) {
      assertEquals(
          new Run(0, "word\n"),
          Run.withInput(directory, "word\n", "socat", "-t9", "-", "ABSTRACT-CONNECT:" + name));
      assertEquals(0, iosock.exitCode());
    }
  }
}
