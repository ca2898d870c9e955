package session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Iosock;
import support.Screen;
import support.Tool;

/** Full-screen programs, by what a terminal emulator (tmux) shows of them. */
class ScreenIT {

  /** More processes than any screen here has lines, so that top(1) fills it. */
  private static final String MANY_PROCESSES = "for i in $(seq 60); do sleep 1000 & done; ";

  private static final int LONG_LINE = 150;
  private static final String ATTACHED = "iosock: attached to ./s.sock; Ctrl-\\ detaches";

  @TempDir Path directory;
  private Iosock iosock;

  @BeforeAll
  static void requirePrograms() {
    Tool.require("vi", "vim-tiny");
    Tool.require("top", "procps");
  }

  @AfterEach
  void stop() {
    iosock.close();
  }

  @Test
  void viFillsTheScreenAndSaves() throws Exception {
    start("");
    try (Screen screen = Screen.open(directory, 100, 30)) {
      attach(screen);
      run(screen, "vi -u NONE note");
      screen.awaitLines(lines -> isVi(lines, 30, List.of("")));
      screen.type("ihello").press("Enter").type("again").press("Escape");
      screen.awaitLines(lines -> isVi(lines, 30, List.of("hello", "again")));
      screen.type(":wq").press("Enter");
      awaitPrompt(screen);
      assertEquals("hello\nagain\n", Files.readString(directory.resolve("note")));
    }
  }

  @Test
  void viFollowsTheSizeOfTheScreen() throws Exception {
    writeLongLine();
    start("");
    try (Screen screen = Screen.open(directory, 100, 30)) {
      attach(screen);
      run(screen, "vi -u NONE long");
      screen.awaitLines(lines -> isViOfLongLine(lines, 100, 30));
      screen.resize(120, 40);
      screen.awaitLines(lines -> isViOfLongLine(lines, 120, 40));
      screen.resize(80, 20);
      screen.awaitLines(lines -> isViOfLongLine(lines, 80, 20));
    }
  }

  @Test
  void viIsResizedForAClientWithAnotherScreen() throws Exception {
    writeLongLine();
    start("");
    try (Screen screen = Screen.open(directory, 100, 30);
        Screen larger = Screen.open(directory, 120, 40);
        Screen smaller = Screen.open(directory, 80, 20)) {
      attach(screen);
      run(screen, "vi -u NONE long");
      screen.awaitLines(lines -> isViOfLongLine(lines, 100, 30));
      detach(screen);
      run(larger, "./iosock -p --connect ./s.sock");
      larger.awaitLines(lines -> isViOfLongLine(lines, 120, 40));
      detach(larger);
      run(smaller, "./iosock -p --connect ./s.sock");
      smaller.awaitLines(lines -> isViOfLongLine(lines, 80, 20));
      smaller.type(":q").press("Enter");
      awaitPrompt(smaller);
    }
  }

  /** Else the shell would be on the alternate screen, and get mouse reports as input. */
  @Test
  void detachingFromAFullScreenProgramRestoresTheScreen() throws Exception {
    start("");
    try (Screen screen = Screen.open(directory, 100, 30)) {
      String before = screen.modes();
      // The message at detaching scrolls two lines off the screen.
      run(screen, "echo $((40+2)) before");
      screen.awaitLine("42 before");
      run(screen, "./iosock -p --connect ./s.sock");
      screen.awaitLine(ATTACHED);
      // The modes that vi, top and others set.
      run(screen, "printf '\\033[?1049h\\033[?1h\\033=\\033[?25l\\033[?1003;1006h\\033[5;9r'");
      run(screen, "clear; echo $((40+2)) inside");
      screen.awaitLine("42 inside");
      assertNotEquals(before, screen.modes());
      screen.press("C-\\");
      screen.awaitLine("iosock: detached from ./s.sock");
      // This line is on the screen from before.
      screen.awaitLine(ATTACHED);
      assertEquals(before, screen.modes());
    }
  }

  @Test
  void topFillsTheScreenAndQuits() throws Exception {
    start(MANY_PROCESSES);
    try (Screen screen = Screen.open(directory, 100, 30)) {
      attach(screen);
      run(screen, "top -d 1000");
      screen.awaitLines(lines -> isTop(lines, 30));
      screen.resize(120, 40);
      screen.awaitLines(lines -> isTop(lines, 40));
      screen.type("q");
      awaitPrompt(screen);
    }
  }

  @Test
  void topIsResizedForAClientWithAnotherScreen() throws Exception {
    start(MANY_PROCESSES);
    try (Screen screen = Screen.open(directory, 100, 30);
        Screen other = Screen.open(directory, 90, 35)) {
      attach(screen);
      run(screen, "top -d 1000");
      screen.awaitLines(lines -> isTop(lines, 30));
      detach(screen);
      run(other, "./iosock -p --connect ./s.sock");
      other.awaitLines(lines -> isTop(lines, 35));
    }
  }

  /**
   * @param before commands that sh runs before it executes bash
   */
  private void start(String before) throws Exception {
    Iosock.script(directory);
    Iosock.Builder builder = Iosock.in(directory);
    builder.environment().put("TERM", "screen");
    builder.environment().put("PS1", "in> ");
    // vi and top read the user's settings there.
    builder.environment().put("HOME", directory.toString());
    iosock =
        builder
            .startWith("-p", "./s.sock", "sh", "-c", before + "exec bash --norc")
            .awaitListening();
  }

  private static void run(Screen screen, String command) throws Exception {
    screen.type(command).press("Enter");
  }

  /** Attaches, and waits until the shell inside responds. */
  private static void attach(Screen screen) throws Exception {
    run(screen, "./iosock -p --connect ./s.sock");
    screen.awaitLine(ATTACHED);
    run(screen, "clear; echo $((40+2)) inside");
    screen.awaitLine("42 inside");
  }

  /** Detaches, and waits until the shell outside responds and echoes. */
  private static void detach(Screen screen) throws Exception {
    screen.press("C-\\");
    screen.awaitLines(
        lines ->
            lines.stream().anyMatch(line -> line.startsWith("iosock: detached from ./s.sock")));
    run(screen, "clear");
    screen.awaitLines(lines -> String.join("", lines).equals("$"));
    run(screen, "echo $((40+2)) outside");
    screen.awaitLines(
        lines ->
            lines.subList(0, 3).equals(List.of("$ echo $((40+2)) outside", "42 outside", "$")));
  }

  /** Waits until the last line that is not empty is the prompt of the shell inside. */
  private static void awaitPrompt(Screen screen) throws Exception {
    screen.awaitLines(
        lines ->
            lines.reversed().stream()
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("")
                .equals("in>"));
  }

  private void writeLongLine() throws Exception {
    Files.writeString(directory.resolve("long"), "x".repeat(LONG_LINE) + "\n");
  }

  private static boolean isViOfLongLine(List<String> lines, int columns, int rows) {
    return isVi(lines, rows, List.of("x".repeat(columns), "x".repeat(LONG_LINE - columns)));
  }

  /** The text, lines of a tilde below it, and a status line at the bottom. */
  private static boolean isVi(List<String> lines, int rows, List<String> text) {
    return lines.size() == rows
        && lines.subList(0, text.size()).equals(text)
        && lines.subList(text.size(), rows - 1).stream().allMatch("~"::equals)
        && !lines.getLast().equals("~");
  }

  /** A process on the last line, so that the list fills the screen. */
  private static boolean isTop(List<String> lines, int rows) {
    return lines.size() == rows
        && lines.getFirst().startsWith("top - ")
        && lines.stream().anyMatch(line -> line.stripLeading().startsWith("PID USER"))
        && lines.getLast().matches(" *\\d+ .*");
  }
}
