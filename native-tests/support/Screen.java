package support;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A terminal with a screen, on which a shell runs: tmux interprets the control sequences that
 * programs write, as {@link Terminal} does not. Closing it kills all of its processes.
 */
public final class Screen implements AutoCloseable {

  private static final Duration TIMEOUT = Duration.ofSeconds(30);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path directory;

  /** A server of its own, apart from any that the user runs. */
  private final List<String> tmux = new ArrayList<>(Iosock.DEFAULT_SIGNALS);

  private Screen(Path directory) {
    this.directory = directory;
    tmux.addAll(List.of("--unset=TMUX", "TMUX_TMPDIR=" + directory));
    tmux.addAll(List.of("tmux", "-L", "screen" + COUNT.incrementAndGet(), "-f", "/dev/null"));
  }

  /** Waits for the shell's prompt: {@code $ }. */
  public static Screen open(Path directory, int columns, int rows)
      throws IOException, InterruptedException {
    Tool.require("tmux", "tmux");
    Screen screen = new Screen(directory);
    screen.tmux(
        "new-session",
        "-d",
        "-x",
        "" + columns,
        "-y",
        "" + rows,
        "env PS1='$ ' bash --norc --noprofile --noediting -i");
    screen.awaitLines(lines -> lines.getFirst().equals("$"));
    return screen;
  }

  public Screen type(String text) throws IOException, InterruptedException {
    tmux("send-keys", "-l", "--", text);
    return this;
  }

  /**
   * @param key as tmux(1) calls it: {@code Enter}, {@code Escape}, {@code C-c}
   */
  public Screen press(String key) throws IOException, InterruptedException {
    tmux("send-keys", key);
    return this;
  }

  public void resize(int columns, int rows) throws IOException, InterruptedException {
    tmux("resize-window", "-x", "" + columns, "-y", "" + rows);
  }

  /** All lines from top to bottom, without trailing spaces. */
  public List<String> lines() throws IOException, InterruptedException {
    return tmux("capture-pane", "-p").lines().toList();
  }

  /** Which of the two screens is shown, and the modes of cursor, keypad, mouse and scrolling. */
  public String modes() throws IOException, InterruptedException {
    return tmux(
        "display-message",
        "-p",
        "#{alternate_on} #{cursor_flag} #{keypad_cursor_flag} #{keypad_flag} #{mouse_any_flag}"
            + " #{mouse_sgr_flag} #{scroll_region_upper}-#{scroll_region_lower}");
  }

  /** Waits until the whole screen is as it should be. */
  public void awaitLines(Predicate<List<String>> expected)
      throws IOException, InterruptedException {
    try {
      // Each look starts a program.
      await()
          .atMost(TIMEOUT)
          .pollInterval(Duration.ofMillis(50))
          .until(() -> expected.test(lines()));
    } catch (ConditionTimeoutException e) {
      throw new AssertionError("shown instead:\n" + String.join("\n", lines()), e);
    }
  }

  /** Waits for a line of exactly this text. */
  public void awaitLine(String text) throws IOException, InterruptedException {
    awaitLines(lines -> lines.contains(text));
  }

  private String tmux(String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(tmux);
    all.addAll(List.of(command));
    Run run = Run.of(directory, all.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.output());
    return run.output();
  }

  @Override
  public void close() throws IOException {
    try {
      end();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() throws IOException, InterruptedException {
    List<ProcessHandle> all = Proc.tree(ProcessHandle.of(serverPid()).orElseThrow());
    tmux("kill-server");
    Proc.killAll(all);
  }

  /** The shell that runs on it. */
  public long shellPid() throws IOException, InterruptedException {
    return Long.parseLong(tmux("display-message", "-p", "#{pane_pid}").strip());
  }

  private long serverPid() throws IOException, InterruptedException {
    return Long.parseLong(tmux("display-message", "-p", "#{pid}").strip());
  }
}
