package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Tool;

/** Where a sandbox refuses splice(2) and tee(2), bytes are copied, and none is lost. */
class RefusedSpliceIT {

  private static final int SIZE = 1 << 20;

  @TempDir Path directory;

  private final byte[] there = Bytes.random(SIZE, 1);
  private final byte[] back = Bytes.random(SIZE, 2);

  private int started;

  @BeforeEach
  void needsStrace() {
    Tool.require("strace", "strace");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void aCommandOnPipes(String errno) throws Exception {
    exchangeWithCommand(errno, "head -c " + SIZE + " >got; cat back");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void aCommandOnATerminal(String errno) throws Exception {
    exchangeWithCommand(
        errno, "stty raw -echo; echo ready; head -c " + SIZE + " >got; cat back", "-p");
  }

  /** What the command writes before there is a client goes to the console. */
  private void exchangeWithCommand(String errno, String command, String... options)
      throws Exception {
    Files.write(directory.resolve("back"), back);
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(List.of("./s.sock", "sh", "-c", "echo started; " + command));
    try (Iosock iosock = refused(errno).startWith(arguments.toArray(String[]::new))) {
      String console = options.length == 0 ? "started\n" : "started\r\nready\n";
      await().atMost(20, SECONDS).until(() -> iosock.output().equals(console));
      try (Client client = iosock.connect()) {
        CompletableFuture<Void> sender = CompletableFuture.runAsync(client.sender(there));
        assertArrayEquals(back, client.readAll());
        sender.join();
      }
      assertEquals(0, iosock.exitCode());
      assertEquals(console, iosock.output());
      assertEquals("", iosock.errors());
    }
    assertArrayEquals(there, Files.readAllBytes(directory.resolve("got")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void aServerAndItsClient(String errno) throws Exception {
    try (Iosock server =
            refused(errno).input(Redirect.PIPE).startWith("--serve", "./s.sock").awaitListening();
        Iosock client =
            refused(errno)
                .input(Redirect.PIPE)
                .output(Redirect.PIPE)
                .startWith("--connect", "./s.sock")) {
      CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> write(server, back));
      CompletableFuture<Void> other = CompletableFuture.runAsync(() -> write(client, there));
      assertArrayEquals(back, client.process().getInputStream().readAllBytes());
      sender.join();
      other.join();
      assertEquals(0, client.exitCode());
      assertEquals(0, server.exitCode());
      assertEquals("", server.errors());
    }
    assertArrayEquals(there, Files.readAllBytes(directory.resolve("stdout")));
  }

  private static void write(Iosock iosock, byte[] bytes) {
    try (OutputStream input = iosock.process().getOutputStream()) {
      input.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void aCommandOnStandardInputAndOutput(String errno) throws Exception {
    exchangeOnStdio(errno, "-", "sh", "-c", "echo ready; exec cat");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ENOSYS", "EPERM"})
  void aCommandOnATerminalOnStandardInputAndOutput(String errno) throws Exception {
    exchangeOnStdio(
        errno, "-p", "-", "sh", "-c", "stty raw -echo; echo ready; exec head -c " + SIZE);
  }

  private void exchangeOnStdio(String errno, String... arguments) throws Exception {
    try (Iosock iosock =
        refused(errno).input(Redirect.PIPE).output(Redirect.PIPE).startWith(arguments)) {
      InputStream output = iosock.process().getInputStream();
      assertArrayEquals("ready\n".getBytes(), output.readNBytes(6));
      CompletableFuture<Void> sender = CompletableFuture.runAsync(() -> write(iosock, there));
      assertArrayEquals(there, output.readAllBytes());
      sender.join();
      assertEquals(0, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  private Iosock.Builder refused(String errno) {
    String log = directory.resolve("strace" + ++started).toString();
    return Iosock.in(directory)
        .under(
            "strace",
            "-f",
            "--seccomp-bpf",
            "-qq",
            "-o",
            log,
            "-e",
            "trace=splice,tee",
            "-e",
            "inject=splice,tee:error=" + errno);
  }

  /** Otherwise nothing was tested. */
  @AfterEach
  void eachIosockWasRefusedSplice() throws IOException {
    for (int i = 1; i <= started; i++) {
      String calls = Files.readString(directory.resolve("strace" + i));
      assertTrue(calls.contains("(INJECTED)"), calls);
    }
  }
}
