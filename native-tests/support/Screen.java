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
 * A terminal with everything that a person sees on it: tmux's, which interprets what programs write
 * as {@link Terminal} does not. A shell runs there. Closing it ends what runs there.
 */
public final class Screen implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final Path directory;

  /** A tmux of its own, which knows nothing of another that may run. */
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

  /** Every line from the top to the bottom, without the spaces at its end. */
  public List<String> lines() throws IOException, InterruptedException {
    return tmux("capture-pane", "-p").lines().toList();
  }

  /**
   * Which of the two screens is shown, and what keys, mouse and lines are to do, in tmux's words.
   */
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
      await().atMost(PATIENCE).until(() -> expected.test(lines()));
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

  /** Zombies may be left for a while: they are another's children by now. */
  private void end() throws IOException, InterruptedException {
    ProcessHandle server = ProcessHandle.of(serverPid()).orElseThrow();
    List<ProcessHandle> all = new ArrayList<>(server.descendants().toList());
    all.add(server);
    tmux("kill-server");
    all.forEach(ProcessHandle::destroyForcibly);
    await()
        .atMost(PATIENCE)
        .until(() -> all.stream().allMatch(process -> Proc.program(process.pid()).isEmpty()));
  }

  private long serverPid() throws IOException, InterruptedException {
    return Long.parseLong(tmux("display-message", "-p", "#{pid}").strip());
  }
}
