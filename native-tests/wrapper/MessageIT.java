package wrapper;

import static iosock.posix.Failure.check;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Errno;
import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Run;
import support.Terminal;

/** What iosock itself prints, into a pipe that is full: it waits, and loses nothing. */
class MessageIT {

  private static final int SIGTERM = 15;
  private static final int FAILED = 125;

  /** What the pipe holds, and what fills it. */
  private static final int SIZE = 4096;

  @TempDir Path directory;
  private final Libc libc = new Libc();
  private Path pipe;
  private int ends = -1;

  /** A FIFO, since each that opens it is non-blocking or not, whatever the others are. */
  @BeforeEach
  void fillThePipe() throws Exception {
    pipe = directory.resolve("pipe");
    assertEquals(new Run(0, ""), Run.of(directory, "mkfifo", "pipe"));
    int flags = Fcntl.O_RDWR | Fcntl.O_NONBLOCK | Fcntl.O_CLOEXEC;
    ends = check(libc.open(NativeBuffer.string(pipe.toString()), flags), "open", "a pipe");
    assertEquals(SIZE, libc.fcntl(ends, Fcntl.F_SETPIPE_SZ, SIZE));
    assertEquals(SIZE, libc.write(ends, new NativeBuffer(SIZE), 0, SIZE));
    assertEquals(-Errno.EAGAIN, libc.write(ends, new NativeBuffer(1), 0, 1));
  }

  @AfterEach
  void closeThePipe() {
    if (ends >= 0) {
      libc.close(ends);
      ends = -1;
    }
  }

  /** A message on standard output or on standard error; a pipe that is non-blocking or not. */
  static Stream<Arguments> messages() {
    return Stream.of(
            List.of("--help"),
            List.of("--version"),
            List.of("--nosuch"),
            List.of("nosuch/s.sock", "true"),
            List.of("./s.sock", "./nosuch"),
            List.of("--connect", "nosuch"))
        .flatMap(line -> Stream.of(Arguments.of(line, true), Arguments.of(line, false)));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aMessageWaitsUntilThereIsRoom(List<String> line, boolean isNonBlocking) throws Exception {
    Run direct = direct(line);
    assertFalse(direct.output().isEmpty());
    try (Iosock iosock = start(line, isNonBlocking)) {
      Idle.await(iosock.pid());
      assertTrue(iosock.process().isAlive());
      assertEquals(direct.output(), drain());
      assertEquals(direct.exitCode(), iosock.exitCode());
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void sigtermEndsTheWait(List<String> line, boolean isNonBlocking) throws Exception {
    try (Iosock iosock = start(line, isNonBlocking)) {
      Idle.await(iosock.pid());
      iosock.signal(SIGTERM);
      assertEquals(128 + SIGTERM, iosock.exitCode());
      assertFalse(Files.exists(iosock.socket()));
    }
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aReaderThatGoesEndsTheWait(List<String> line, boolean isNonBlocking) throws Exception {
    int code = isOnStdout(line) ? FAILED : direct(line).exitCode();
    try (Iosock iosock = start(line, isNonBlocking)) {
      Idle.await(iosock.pid());
      closeThePipe();
      assertEquals(code, iosock.exitCode());
      String error = "iosock: cannot write to standard output: Broken pipe\n";
      assertEquals(isOnStdout(line) ? error : "", errorsBesideThePipe(line, iosock));
    }
  }

  /** The terminal is in raw mode while the message waits, and a signal restores it. */
  @Test
  void theFirstMessageOfASessionWaitsToo() throws Exception {
    try (Iosock server = Iosock.in(directory).startOnTerminal("cat").awaitListening();
        Terminal terminal = Terminal.open(24, 80)) {
      String settings = terminal.settings();
      Process client = attach(terminal);
      terminal.awaitRaw();
      Idle.await(client.pid());
      Proc.signal(client.pid(), SIGTERM);
      assertEquals(128 + SIGTERM, Terminal.exitCode(client));
      assertEquals(settings, terminal.settings());

      client = attach(terminal);
      terminal.awaitRaw();
      Idle.await(client.pid());
      assertEquals("iosock: attached to ./s.sock; Ctrl-\\ detaches\n", drainTo("detaches\n"));
      terminal.type("\034");
      assertEquals(0, Terminal.exitCode(client));
      assertTrue(server.process().isAlive());
    }
  }

  private Process attach(Terminal terminal) throws Exception {
    List<String> line = new ArrayList<>(List.of("sh", "-c", "exec \"$@\" 2>pipe", "sh"));
    line.addAll(List.of(Programs.compiled("setup"), "-n2"));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of("-p", "--connect", "./s.sock"));
    return terminal.start(directory, line.toArray(String[]::new));
  }

  private Iosock start(List<String> line, boolean isNonBlocking) throws Exception {
    Iosock.Builder builder = Iosock.in(directory);
    int fd = isOnStdout(line) ? 1 : 2;
    Redirect full = Redirect.to(pipe.toFile());
    if (fd == 1) {
      builder.output(full);
    } else {
      builder.error(full);
    }
    if (isNonBlocking) {
      builder.under(Programs.compiled("setup"), "-n" + fd);
    }
    return builder.startWith(line.toArray(String[]::new));
  }

  private static boolean isOnStdout(List<String> line) {
    return line.equals(List.of("--help")) || line.equals(List.of("--version"));
  }

  private static String errorsBesideThePipe(List<String> line, Iosock iosock) throws IOException {
    return isOnStdout(line) ? iosock.errors() : "";
  }

  private Run direct(List<String> line) throws Exception {
    List<String> all = new ArrayList<>(Iosock.commandLine(List.of()));
    all.addAll(line);
    return Run.of(directory, all.toArray(String[]::new));
  }

  /** Everything behind what filled the pipe. */
  private String drain() throws IOException {
    try (InputStream in = Files.newInputStream(pipe)) {
      closeThePipe();
      byte[] all = in.readAllBytes();
      return text(Arrays.copyOfRange(all, SIZE, all.length));
    }
  }

  /** What is behind what filled the pipe, up to an end. */
  private String drainTo(String end) throws IOException {
    StringBuilder text = new StringBuilder();
    try (InputStream in = Files.newInputStream(pipe)) {
      in.skipNBytes(SIZE);
      while (!text.toString().endsWith(end)) {
        text.append(text(in.readNBytes(1)));
      }
    }
    return text.toString();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
