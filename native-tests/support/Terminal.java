package support;

import static iosock.posix.Failure.check;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Fcntl;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.Termios;
import iosock.posix.WindowSize;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A pseudo-terminal as the user's terminal: input is typed, output is read. Closing it kills the
 * processes that were started on it, and hangs it up.
 */
public final class Terminal implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final int READ_AT_ONCE = 4096;

  private final Libc libc = new Libc();
  private final Termios settings = new Termios();
  private final int master;
  private final int slave;
  private final Path path;
  private final StringBuilder unread = new StringBuilder();
  private final Thread reader = new Thread(this::read);
  private final List<Process> started = new ArrayList<>();

  private Terminal(int rows, int columns) throws IOException {
    int flags = Fcntl.O_RDWR | Fcntl.O_NOCTTY | Fcntl.O_CLOEXEC;
    master = check(libc.posix_openpt(flags), "open", "a terminal");
    libc.grantpt(master);
    libc.unlockpt(master);
    slave = check(libc.tiocgptpeer(master, flags), "open", "a terminal");
    path = Files.readSymbolicLink(Path.of("/proc/self/fd/" + slave));
    resize(rows, columns);
    reader.setDaemon(true);
    reader.start();
  }

  public static Terminal open(int rows, int columns) throws IOException {
    return new Terminal(rows, columns);
  }

  /** As {@code /dev/pts/3}. */
  public Path path() {
    return path;
  }

  /** Starts a program as the leader of this terminal's session, in a directory. */
  public Process start(Path directory, String... command) throws IOException {
    Tool.require("setsid", "util-linux");
    List<String> all = new ArrayList<>(Iosock.DEFAULT_SIGNALS);
    all.addAll(List.of("setsid", "--ctty"));
    all.addAll(List.of(command));
    ProcessBuilder builder = new ProcessBuilder(all).directory(directory.toFile());
    builder.environment().put("TERM", "xterm");
    File file = path.toFile();
    Process process =
        Forks.start(builder.redirectInput(file).redirectOutput(file).redirectError(file));
    started.add(process);
    return process;
  }

  /** Starts iosock as the leader of this terminal's session. */
  public Process startIosock(Path directory, String... arguments) throws IOException {
    List<String> all = new ArrayList<>(Iosock.commandLine(List.of()));
    all.addAll(List.of(arguments));
    return start(directory, all.toArray(String[]::new));
  }

  /** Starts bash with job control, and waits for its prompt: {@code $ }. */
  public Process startShell(Path directory) throws IOException {
    Process shell =
        start(directory, "env", "PS1=$ ", "bash", "--norc", "--noprofile", "--noediting", "-i");
    awaitText("$ ");
    return shell;
  }

  public Terminal type(String keys) {
    return type(keys.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Waits if the terminal is full. */
  public Terminal type(byte[] keys) {
    NativeBuffer bytes = new NativeBuffer(keys.length);
    bytes.put(0, keys);
    int done = 0;
    while (done < keys.length) {
      done += check((int) libc.write(master, bytes, done, keys.length - done), "type on", "it");
    }
    return this;
  }

  private void read() {
    Libc own = new Libc();
    NativeBuffer buffer = new NativeBuffer(READ_AT_ONCE);
    int length;
    while ((length = (int) own.read(master, buffer, READ_AT_ONCE)) > 0) {
      String text = new String(buffer.get(0, length), StandardCharsets.ISO_8859_1);
      synchronized (unread) {
        unread.append(text);
        unread.notifyAll();
      }
    }
  }

  /** What has been shown since the last {@link #awaitText}. */
  public String text() {
    synchronized (unread) {
      return unread.toString();
    }
  }

  /**
   * Waits until something is shown that was not awaited before.
   *
   * @return what was shown before it and with it
   */
  public String awaitText(String text) {
    long deadline = System.nanoTime() + TIMEOUT.toNanos();
    synchronized (unread) {
      int start;
      while ((start = unread.indexOf(text)) < 0) {
        awaitOutput(deadline, text);
      }
      int end = start + text.length();
      String before = unread.substring(0, end);
      unread.delete(0, end);
      return before;
    }
  }

  private void awaitOutput(long deadline, String expected) {
    long millis = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
    try {
      if (millis > 0) {
        unread.wait(millis);
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new AssertionError("not shown: " + expected + "; instead: " + unread);
  }

  public void resize(int rows, int columns) {
    WindowSize size = new WindowSize();
    size.set(rows, columns);
    check(libc.tiocswinsz(master, size), "resize", "a terminal");
  }

  /** All of the terminal's settings, in the format that stty(1) reads. */
  public String settings() throws IOException, InterruptedException {
    Run run = Run.of(Path.of("/"), "stty", "-F", path.toString(), "-g");
    assertEquals(0, run.exitCode(), run.output());
    return run.output();
  }

  /** Waits until the terminal is no longer in canonical mode: termios(3). */
  public Terminal awaitRaw() {
    await().atMost(TIMEOUT).until(() -> !isCanonical());
    return this;
  }

  private boolean isCanonical() {
    check(libc.tcgetattr(slave, settings), "look at", "a terminal");
    return settings.isCanonical();
  }

  /**
   * @return the code that a process exits with which was started here
   */
  public static int exitCode(Process process) throws InterruptedException {
    assertTrue(process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS), "it is still running");
    return process.exitValue();
  }

  @Override
  public void close() {
    Proc.killAll(
        started.stream().flatMap(process -> Proc.tree(process.toHandle()).stream()).toList());
    // The reader gets an error once no process has the slave open.
    libc.close(slave);
    try {
      reader.join(TIMEOUT);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    libc.close(master);
  }
}
