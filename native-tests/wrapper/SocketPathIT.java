package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Client;
import support.Iosock;
import support.Programs;
import support.Run;
import support.Tool;

/** The path of the socket: when it is replaced or removed, and its permissions. */
class SocketPathIT {

  /** A directory may have become read-only. */
  @Test
  void aPathThatCannotBeUnlinkedIsReportedAndTheExitCodeIsTheCommands() throws Exception {
    for (String arguments : List.of("./s.sock sh -c :;exit[7", "--serve ./t.sock")) {
      List<String> line = new ArrayList<>(List.of(Programs.compiled("refuse"), "unlink", "13"));
      line.addAll(Iosock.commandLine(List.of()));
      for (String argument : arguments.split(" ")) {
        line.add(argument.replace("[", " "));
      }
      String path = arguments.contains("serve") ? "./t.sock" : "./s.sock";
      assertEquals(
          new Run(
              arguments.contains("serve") ? 0 : 7,
              "iosock: cannot remove " + path + ": Permission denied\n"),
          Run.of(directory, line.toArray(String[]::new)));
    }
  }

  private static final int IN_USE = 125;

  @TempDir Path directory;

  @Test
  void aPathWithoutAListenerIsReplaced() throws Exception {
    leaveStale();
    try (Iosock iosock = Iosock.running(directory, "cat");
        Client client = iosock.connect()) {
      assertEquals("x", client.send("x").readText(1));
    }
  }

  /** The probe must not be accepted as a client, which would get output. */
  @Test
  void aLiveSocketIsProbedWithoutBecomingItsClient() throws Exception {
    Tool.require("strace", "strace");
    Path trace = directory.resolve("trace");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("strace", "-f", "-e", "trace=accept4", "-o", trace.toString())
            .start("cat")
            .awaitListening()) {
      assertEquals(IN_USE, refused().exitCode());
      try (Client client = iosock.connect()) {
        assertEquals("x", client.send("x").readText(1));
      }
      long accepted =
          Files.readString(trace).lines().filter(line -> line.matches(".*= [0-9]+")).count();
      assertEquals(1, accepted);
    }
  }

  @Test
  void ofSeveralThatFindTheSameStaleSocketOneTakesIt() throws Exception {
    for (int round = 0; round < 5; round++) {
      leaveStale();
      List<Iosock> rivals = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        rivals.add(Iosock.in(directory).start("cat"));
      }
      try {
        await().atMost(30, SECONDS).until(() -> alive(rivals).size() == 1);
        Iosock winner = alive(rivals).getFirst();
        try (Client client = winner.connect()) {
          assertEquals("x", client.send("x").readText(1));
        }
        winner.signal(15);
        winner.exitCode();
        assertFalse(Files.exists(winner.socket()));
      } finally {
        rivals.forEach(Iosock::close);
      }
    }
  }

  @Test
  void aPathThatHasBeenReplacedIsNotUnlinked() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      Files.delete(iosock.socket());
      Files.writeString(iosock.socket(), "another file");
      iosock.signal(15);
      assertEquals(128 + 15, iosock.exitCode());
      assertEquals("another file", Files.readString(iosock.socket()));
    }
  }

  @ParameterizedTest
  @CsvSource({"0600, rw-------", "660, rw-rw----", "0777, rwxrwxrwx", "0, ---------"})
  void theModeIsAsGiven(String mode, String permissions) throws Exception {
    try (Iosock iosock =
        Iosock.in(directory).startWith("-m", mode, "s.sock", "cat").awaitListening()) {
      assertEquals(permissions, permissions(iosock));
    }
  }

  @Test
  void theModeIsRightFromTheFirstInstant() throws Exception {
    Tool.require("strace", "strace");
    Path trace = directory.resolve("trace");
    try (Iosock iosock =
        Iosock.in(directory)
            .under("strace", "-f", "-e", "trace=bind,chmod,fchmodat,umask", "-o", trace.toString())
            .start("true")) {
      assertEquals(0, iosock.exitCode());
    }
    List<String> calls =
        Files.readString(trace).lines().filter(line -> line.contains("(")).toList();
    List<String> names =
        calls.stream().map(line -> line.replaceAll("^\\d+ +(\\w+)\\(.*", "$1")).toList();
    int bind = names.indexOf("bind");
    assertTrue(calls.get(bind - 1).contains("umask(0177)"), calls.toString());
    assertFalse(names.contains("chmod") || names.contains("fchmodat"), calls.toString());
  }

  @Test
  void aDefaultAclOfTheDirectoryGrantsNothing() throws Exception {
    Tool.require("setfacl", "acl");
    assertEquals(
        new Run(0, ""),
        Run.of(directory, "setfacl", "-d", "-m", "u::rwx,g::rwx,o::rwx", directory.toString()));
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      assertEquals("rw-------", permissions(iosock));
    }
  }

  private static String permissions(Iosock iosock) throws Exception {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(iosock.socket()));
  }

  private static List<Iosock> alive(List<Iosock> all) {
    return all.stream().filter(iosock -> iosock.process().isAlive()).toList();
  }

  private Run refused() throws Exception {
    List<String> line = Iosock.commandLine(List.of());
    line.addAll(List.of("s.sock", "true"));
    return Run.of(directory, line.toArray(String[]::new));
  }

  private void leaveStale() throws Exception {
    try (Iosock iosock = Iosock.running(directory, "cat")) {
      iosock.signal(9);
      iosock.exitCode();
      assertTrue(Files.exists(iosock.socket()));
    }
  }
}
