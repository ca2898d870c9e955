package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Programs;
import support.Root;
import support.Run;
import support.Tool;

/** Which users may connect to an abstract socket, by the bits of -m. */
class AbstractSocketIT {

  private static final int OWNER = 4001;
  private static final int GROUP = 4002;
  private static final int OTHER = 4003;
  private static final int OTHER_GROUP = 4004;

  @TempDir Path directory;

  private String name;

  @BeforeEach
  void name() {
    Root.require();
    Tool.require("socat", "socat");
    name = "iosock-test-" + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }

  @ParameterizedTest
  @CsvSource({
    "0600, true, false, false",
    "0060, false, true, false",
    "0006, false, false, true",
    "0660, true, true, false",
    "0606, true, false, true",
    "0000, false, false, false",
    "0444, false, false, false",
    "0666, true, true, true",
  })
  void theBitsOfTheModeDecide(String mode, boolean owner, boolean group, boolean others)
      throws Exception {
    try (Iosock iosock = start("-m", mode, "@" + name, "cat")) {
      assertEquals(owner, isServed(Root.user(OWNER, GROUP)), "owner");
      assertEquals(group, isServed(Root.user(OTHER, GROUP)), "primary group");
      assertEquals(group, isServed(Root.user(OTHER, OTHER_GROUP, 4007, GROUP)), "another group");
      assertEquals(others, isServed(Root.user(OTHER, OTHER_GROUP, 4007)), "others");
      assertEquals(true, isServed("env"), "root");
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void withServeToo() throws Exception {
    try (Iosock iosock = start("-m", "0060", "--serve", "@" + name)) {
      assertEquals("", line(Root.user(OWNER, GROUP)));
      iosock.process().destroy();
      assertEquals(128 + 15, iosock.exitCode());
      assertEquals("", iosock.output());
    }
  }

  /** Nothing of what they send is read, and the client that is connected does not notice. */
  @Test
  void othersAreClosedAtOnceWhileAClientIsConnected() throws Exception {
    try (Iosock iosock = start("@" + name, "sh", "-c", "tee got")) {
      Process client =
          Forks.start(
              new ProcessBuilder("socat", "-", "ABSTRACT-CONNECT:" + name)
                  .directory(directory.toFile()));
      for (int i = 0; i < 5; i++) {
        client.getOutputStream().write('a');
        client.getOutputStream().flush();
        assertEquals('a', client.getInputStream().read());
        assertEquals("", line(Root.user(OTHER, OTHER_GROUP)));
      }
      client.getOutputStream().close();
      Proc.killAll(Proc.tree(client.toHandle()));
      assertEquals("aaaaa", Files.readString(directory.resolve("got")));
      assertEquals("word\n", line("env"));
      assertEquals("", iosock.errors());
    }
  }

  /** There the id 65534 stands for each user without an id of its own. */
  @Test
  void inAUserNamespaceAUserWithoutAnIdThereIsNeverTheOwner() throws Exception {
    Tool.requireToRun(
        Run.of(directory, "unshare", "--user", "--map-user=65534", "true"), "unshare");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "--user", "--map-user=65534", "--map-group=65534")
            .startWith("@" + name, "cat")) {
      await().atMost(30, SECONDS).until(() -> Proc.isListening("@" + name));
      assertEquals("", line(Root.user(OTHER, OTHER_GROUP)));
      assertEquals("", iosock.errors());
    }
    name = name + "others";
    try (Iosock iosock =
        Iosock.in(directory)
            .under("unshare", "--user", "--map-user=65534", "--map-group=65534")
            .startWith("-m", "0006", "@" + name, "cat")) {
      await().atMost(30, SECONDS).until(() -> Proc.isListening("@" + name));
      assertEquals("word\n", line(Root.user(OTHER, OTHER_GROUP)));
      assertEquals("", iosock.errors());
    }
  }

  @Test
  void aClientIsToldThatItMayNotConnect() throws Exception {
    try (Iosock iosock = start("@" + name, "cat")) {
      List<String> line = new ArrayList<>(List.of(Root.user(OTHER, OTHER_GROUP)));
      line.addAll(Iosock.commandLine(List.of()));
      line.addAll(List.of("--connect", "@" + name));
      assertEquals(
          new Run(125, "iosock: cannot connect to @" + name + ": Permission denied\n"),
          Run.withInput(directory, "x\n", line.toArray(String[]::new)));
      assertEquals("word\n", line("env"));
      assertEquals("", iosock.errors());
    }
  }

  private Iosock start(String... arguments) throws Exception {
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "" + OWNER, "."));
    Iosock iosock = Iosock.in(directory).under(Root.user(OWNER, GROUP)).startWith(arguments);
    await().atMost(30, SECONDS).until(() -> Proc.isListening("@" + name));
    return iosock;
  }

  private boolean isServed(String... user) throws Exception {
    String line = line(user);
    assertTrue(line.isEmpty() || line.equals("word\n"), line);
    return !line.isEmpty();
  }

  /**
   * @param user executes its arguments
   * @return what a client gets back
   */
  private String line(String... user) throws Exception {
    List<String> line = new ArrayList<>(List.of(user));
    line.addAll(List.of(Programs.compiled("oddclient"), "@" + name, "line"));
    Run run = Run.of(directory, line.toArray(String[]::new));
    assertEquals(0, run.exitCode(), run.output());
    return run.output();
  }
}
