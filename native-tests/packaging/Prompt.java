package packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import support.Terminal;

/**
 * An interactive shell on a terminal, in which the test types a line that begins with {@code
 * iosock} and presses TAB. The program of that name prints the arguments that it was given.
 */
final class Prompt implements AutoCloseable {

  private static final String PROMPT = "$ ";
  private static final String BEGIN = "given:";
  private static final String END = ":given";

  private final Terminal terminal;

  private Prompt(Terminal terminal) {
    this.terminal = terminal;
  }

  /**
   * @param home an empty directory
   */
  static Prompt open(Shell shell, Path home) throws IOException {
    shell.require();
    shell.writeSettings(home);
    Path programs = Files.createDirectory(home.resolve("bin"));
    Path iosock = programs.resolve("iosock");
    Files.writeString(
        iosock, "#!/bin/sh\nprintf '" + BEGIN + "'; printf '<%s>' \"$@\"; echo " + END);
    iosock.toFile().setExecutable(true);
    List<String> command = new ArrayList<>(List.of("env", "HOME=" + home, "TERM=dumb"));
    command.add("PATH=" + programs + ":" + System.getenv("PATH"));
    command.addAll(shell.commandLine());
    Terminal terminal = Terminal.open(50, 200);
    terminal.start(home, command.toArray(String[]::new));
    terminal.awaitText(PROMPT);
    return new Prompt(terminal);
  }

  /** Clears the line that was begun, and changes the directory. */
  void enter(Path directory) {
    terminal.type("\u0015cd '" + directory + "'; echo en''tered\n");
    terminal.awaitText("entered");
    terminal.awaitText(PROMPT);
  }

  /**
   * Types {@code iosock}, the beginning of a line, TAB and Enter.
   *
   * @return the arguments of iosock, as {@code <--mode><0600>}
   */
  String complete(String beginning) {
    terminal.type("iosock " + beginning + "\t\n");
    String shown = terminal.awaitText(END);
    terminal.awaitText(PROMPT);
    return shown.substring(shown.indexOf(BEGIN) + BEGIN.length(), shown.length() - END.length());
  }

  /** Types {@code iosock}, the beginning of a line and TAB; returns the list below the line. */
  String list(String beginning) {
    terminal.type("iosock " + beginning);
    terminal.awaitText("iosock " + beginning);
    terminal.type("\t");
    return terminal.awaitText(PROMPT);
  }

  @Override
  public void close() {
    terminal.close();
  }
}
