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

/** Programs that use the whole screen, seen as a person sees them. */
class ScreenIT {

  /** More than the lines of any screen here, for top(1) to fill it. */
  private static final String CROWD = "for i in $(seq 60); do sleep 1000 & done; ";

  private static final int LONG_LINE = 150;
  private static final String ATTACHED = "iosock: attached to ./s.sock; Ctrl-\\ detaches";

  @TempDir Path directory;
  private Iosock iosock;

  @BeforeAll
  static void programsAreThere() {
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
  void whoComesBackWithAnotherScreenFindsViOfThatSize() throws Exception {
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

  /** Or a shell would show nothing of what was there before, and read what the mouse does. */
  @Test
  void whoDetachesFromAProgramThatFillsTheScreenIsBackOnTheirOwn() throws Exception {
    start("");
    try (Screen screen = Screen.open(directory, 100, 30)) {
      String before = screen.modes();
      // What is said when detaching scrolls two lines away.
      run(screen, "echo $((40+2)) before");
      screen.awaitLine("42 before");
      run(screen, "./iosock -p --connect ./s.sock");
      screen.awaitLine(ATTACHED);
      // What vi, top and others ask for, each in its own way.
      run(screen, "printf '\\033[?1049h\\033[?1h\\033=\\033[?25l\\033[?1003;1006h\\033[5;9r'");
      run(screen, "clear; echo $((40+2)) inside");
      screen.awaitLine("42 inside");
      assertNotEquals(before, screen.modes());
      screen.press("C-\\");
      screen.awaitLine("iosock: detached from ./s.sock");
      // Which had been said on the screen from before.
      screen.awaitLine(ATTACHED);
      assertEquals(before, screen.modes());
    }
  }

  @Test
  void topFillsTheScreenAndQuits() throws Exception {
    start(CROWD);
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
  void whoComesBackWithAnotherScreenFindsTopOfThatSize() throws Exception {
    start(CROWD);
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
   * @param before what a shell does before it becomes the one that is asked for
   */
  private void start(String before) throws Exception {
    Iosock.script(directory);
    Iosock.Builder builder = Iosock.in(directory);
    builder.environment().put("TERM", "screen");
    builder.environment().put("PS1", "in> ");
    // Where vi and top look for settings of the user's.
    builder.environment().put("HOME", directory.toString());
    iosock =
        builder
            .startWith("-p", "./s.sock", "sh", "-c", before + "exec bash --norc")
            .awaitListening();
  }

  private static void run(Screen screen, String command) throws Exception {
    screen.type(command).press("Enter");
  }

  /** Until the shell inside answers. */
  private static void attach(Screen screen) throws Exception {
    run(screen, "./iosock -p --connect ./s.sock");
    screen.awaitLine(ATTACHED);
    run(screen, "clear; echo $((40+2)) inside");
    screen.awaitLine("42 inside");
  }

  /** Until the shell outside answers, and shows what is typed. */
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

  /** The last line with anything on it. */
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

  /** The text, tildes below it, and one line of another kind at the bottom. */
  private static boolean isVi(List<String> lines, int rows, List<String> text) {
    return lines.size() == rows
        && lines.subList(0, text.size()).equals(text)
        && lines.subList(text.size(), rows - 1).stream().allMatch("~"::equals)
        && !lines.getLast().equals("~");
  }

  /** Processes down to the last line. */
  private static boolean isTop(List<String> lines, int rows) {
    return lines.size() == rows
        && lines.getFirst().startsWith("top - ")
        && lines.stream().anyMatch(line -> line.stripLeading().startsWith("PID USER"))
        && lines.getLast().matches(" *\\d+ .*");
  }
}
