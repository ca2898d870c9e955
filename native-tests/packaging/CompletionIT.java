package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Iosock;
import support.Server;

/** The completions, by pressing TAB in real shells. */
@ParameterizedClass
@EnumSource(Shell.class)
class CompletionIT {

  @TempDir static Path homes;

  private static Prompt prompt;

  @TempDir Path directory;

  @Parameter Shell shell;

  /** One shell for all tests, as loading the completions takes long. */
  @BeforeParameterizedClassInvocation
  static void openShell(Shell shell) throws Exception {
    prompt = Prompt.open(shell, Files.createDirectory(homes.resolve(shell.name())));
  }

  @AfterParameterizedClassInvocation
  static void closeShell() {
    if (prompt != null) {
      prompt.close();
      prompt = null;
    }
  }

  @BeforeEach
  void enterDirectory() {
    prompt.enter(directory);
  }

  @Test
  void everyOptionIsCompleted() throws Exception {
    List<Help.Option> options = Help.options(directory);
    assertFalse(options.isEmpty());
    for (Help.Option option : options) {
      String beginning = "--" + option.name().substring(0, option.name().length() - 1);
      // zsh appends the = that an argument follows.
      String given = prompt.complete(beginning).replace("=>", ">");
      assertEquals("<--" + option.name() + ">", given);
    }
  }

  @Test
  void everyOptionIsListed() throws Exception {
    String list = prompt.list("-");
    for (Help.Option option : Help.options(directory)) {
      assertTrue(list.contains("--" + option.name()), list);
      if (shell == Shell.ZSH) {
        assertTrue(list.contains("-- " + option.text()), option + " is not explained: " + list);
        assertTrue(option.letter() == null || list.contains(" -" + option.letter() + " "), list);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--connect --serv, <--connect><--serv>",
    "--serve --connec, <--serve><--connec>",
    "--serve --pt, <--serve><--pt>",
    "-p --serv, <-p><--serv>",
    "-p --pt, <-p><--pt>",
    "--connect --mod, <--connect><--mod>",
    "-m 0600 --connec, <-m><0600><--connec>",
    "-pm0600 --detach-ke, <-pm0600><--detach-ke>",
    "--version --pt, <--version><--pt>",
    "-h --pt, <-h><--pt>",
    "-- --pt, <--><--pt>",
    "-w 1 --clien, <-w><1><--clien>",
    "-c 2 --wai, <-c><2><--wai>",
    "-t --serv, <-t><--serv>",
    "-o o.sock --connec, <-o><o.sock><--connec>",
  })
  void optionsThatTheParserRefusesAreNotOffered(String beginning, String given) {
    assertEquals(given, prompt.complete(beginning));
  }

  @ParameterizedTest
  @CsvSource({
    "--connect --pt, <--connect><--pty>",
    "--detach-key ^A -p --connec, <--detach-key><^A><-p><--connect>",
    "-pm 0600 --hel, <-pm><0600><--help>",
    "--mode=0600 --serv, <--mode=0600><--serve>",
    "-tc 2 -o o.sock --observe-m, <-tc><2><-o><o.sock><--observe-mode>",
    "--connect -w 1 --take, <--connect><-w><1><--take-over>",
    "-r 64K --serve --clien, <-r><64K><--serve><--clients>",
  })
  void optionsThatCanBeCombinedAreOffered(String beginning, String given) {
    assertEquals(given, prompt.complete(beginning));
  }

  @ParameterizedTest
  @CsvSource({
    "-m 060, <-m><0600>",
    "-pm 060, <-pm><0600>",
    "--mode 060, <--mode><0600>",
    "--mode=060, <--mode=0600>",
    "-p --connect --detach-key non, <-p><--connect><--detach-key><none>",
    "-c 6, <-c><64>",
    "-r 64, <-r><64K>",
    "--drop-after=3, <--drop-after=30>",
    "-o o.sock --observe-mode 060, <-o><o.sock><--observe-mode><0600>",
    "--connect -w 0., <--connect><-w><0.5>",
  })
  void anArgumentOfAnOptionIsCompleted(String beginning, String given) {
    assertEquals(given, prompt.complete(beginning));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "-p ", "-m 0600 ", "--serve ", "-- "})
  void aSocketToListenOnIsCompletedFromAllFiles(String options) throws Exception {
    Files.createFile(directory.resolve("file"));
    Files.createDirectories(directory.resolve("folder/within"));
    assertTrue(prompt.complete(options + "fi").endsWith("<file>"));
    assertTrue(endsWithFolder(prompt.complete(options + "folder/wi"), "folder/within"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-o ", "--observe ", "--observe=", "-tc 2 -o "})
  void aSocketForObserversIsCompletedFromAllFiles(String options) throws Exception {
    Files.createFile(directory.resolve("file"));
    Files.createFile(directory.resolve("a:b=c"));
    String before = options.endsWith("=") ? options : "<";
    assertTrue(prompt.complete(options + "fi").endsWith(before + "file>"));
    assertTrue(prompt.complete(options + "a:b=").endsWith(before + "a:b=c>"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"--connect ", "-p --connect ", "--connect -p -- "})
  void aSocketToConnectToIsCompletedFromSockets(String options) throws Exception {
    Files.createFile(directory.resolve("a.file"));
    Files.createDirectory(directory.resolve("b.folder"));
    Files.createFile(directory.resolve("c.file"));
    try (Server server = Server.listen(directory.resolve("a.socket"))) {
      String name = server.path().getFileName().toString();
      assertTrue(prompt.complete(options + "a").endsWith("<" + name + ">"));
      assertTrue(endsWithFolder(prompt.complete(options + "b"), "b.folder"));
      assertTrue(prompt.complete(options + "c").endsWith("<c.file>"));
    }
  }

  /** zsh removes the slash again if nothing follows. */
  private boolean endsWithFolder(String given, String name) {
    return given.endsWith("<" + name + (shell == Shell.ZSH ? ">" : "/>"));
  }

  @Test
  void anAbstractSocketToConnectToIsCompleted() throws Exception {
    String name = "@completion" + ProcessHandle.current().pid();
    try (Iosock iosock = Iosock.in(directory).startWith(name + "is", "sleep", "1000")) {
      iosock.awaitListening();
      assertEquals("<--connect><" + name + "is>", prompt.complete("--connect " + name));
      assertEquals("<" + name + ">", prompt.complete(name));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "s.sock unshar, <s.sock><unshare>",
    "-p - unshar, <-p><-><unshare>",
    "-m 0600 s.sock unshar, <-m><0600><s.sock><unshare>",
    "-- -s unshar, <--><-s><unshare>",
    "--serve s.sock unshar, <--serve><s.sock><unshar>",
    "-p --connect s.sock unshar, <-p><--connect><s.sock><unshar>",
  })
  void aCommandIsCompletedOnlyWhereOneMayFollow(String beginning, String given) {
    assertEquals(given, prompt.complete(beginning));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "s.sock ls --recursiv",
        "-p - ls --recursiv",
        "-pm 0600 s.sock ls --recursiv",
        "--mode=0600 @a@b:c=d ls --recursiv",
        "-- -s ls --recursiv",
        "s.sock ls -p --mode --connect --recursiv",
      })
  void theArgumentsAreCompletedByTheCommandsOwnCompletion(String beginning) {
    String given = prompt.complete(beginning);
    assertTrue(given.endsWith("<--recursive>"), given);
    assertTrue(given.contains("<ls>"), given);
  }

  // Hostile arguments and socket names.

  /** The shell would run it on Enter, which is not pressed here. */
  @ParameterizedTest
  @ValueSource(strings = {"--$(touch typed) -", "-m $(touch typed) -"})
  void aCommandSubstitutionIsNotRunByCompleting(String beginning) {
    String list = prompt.list(beginning);
    assertTrue(list.contains("--version"), list);
    assertFalse(Files.exists(directory.resolve("typed")));
  }

  @Test
  void theNameOfAnAbstractSocketIsQuotedForTheShell() throws Exception {
    String name = "@quoted" + ProcessHandle.current().pid();
    String hostile = name + "$(touch${IFS}named);*";
    try (Iosock iosock = Iosock.in(directory).startWith(hostile, "sleep", "1000")) {
      iosock.awaitListening();
      assertEquals("<--connect><" + hostile + ">", prompt.complete("--connect " + name));
      assertFalse(Files.exists(directory.resolve("named")));
    }
  }
}
