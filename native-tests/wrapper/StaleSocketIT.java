package wrapper;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Build;
import support.Client;
import support.Forks;
import support.Iosock;
import support.Proc;
import support.Root;
import support.Run;
import support.Tool;

/** Sockets whose process is gone: replaced, whatever other processes and other users do. */
class StaleSocketIT {

  private static final int SERVICES = 16;
  private static final int RIVALS = 64;
  private static final int UID = 4242;

  @TempDir Path directory;

  @Test
  void servicesThatStartAtOnceUnderALockOnTheirDirectoryAllStart() throws Exception {
    Tool.require("flock", "util-linux");
    Process lock =
        Forks.start(
            new ProcessBuilder("flock", ".", "sh", "-c", "echo locked; exec cat")
                .directory(directory.toFile()));
    List<Iosock> services = new ArrayList<>();
    try {
      assertEquals('l', lock.getInputStream().read());
      for (int i = 0; i < SERVICES; i++) {
        leaveStale(directory.resolve(i + ".sock"));
      }
      for (int i = 0; i < SERVICES; i++) {
        services.add(Iosock.in(directory).startWith("./" + i + ".sock", "cat"));
      }
      for (int i = 0; i < SERVICES; i++) {
        services.get(i).awaitCommand();
        try (Client client = Client.connect(directory.resolve(i + ".sock"))) {
          assertEquals("x", client.send("x").readText(1), services.get(i).errors());
        }
      }
      assertEquals(List.of(), claims());
    } finally {
      services.forEach(Iosock::close);
      Proc.killAll(Proc.tree(lock.toHandle()));
    }
  }

  @Test
  void ofManyThatFindTheSameStaleSocketExactlyOneStarts() throws Exception {
    leaveStale(directory.resolve("s.sock"));
    List<Iosock> rivals = new ArrayList<>();
    try {
      for (int i = 0; i < RIVALS; i++) {
        rivals.add(
            Iosock.in(Files.createDirectory(directory.resolve("" + i)))
                .startWith("../s.sock", "cat"));
      }
      await().atMost(60, SECONDS).until(() -> alive(rivals).size() == 1);
      Iosock winner = alive(rivals).getFirst();
      for (Iosock rival : rivals) {
        if (rival != winner) {
          assertEquals("iosock: cannot bind ../s.sock: Address already in use\n", rival.errors());
        }
      }
      try (Client client = Client.connect(directory.resolve("s.sock"))) {
        assertEquals("x", client.send("x").readText(1));
      }
      assertEquals(List.of(), claims());
    } finally {
      rivals.forEach(Iosock::close);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"0400", "0060", "0000"})
  void anOwnSocketThatItsModeClosesIsReplacedOnceItIsStale(String mode) throws Exception {
    Root.require();
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "" + UID, "."));
    try (Iosock iosock = asUser().startWith("-m", mode, "s.sock", "cat").awaitListening()) {
      String permissions = permissions(iosock);
      Run refused = iosock("s.sock", "true");
      assertEquals(new Run(125, "iosock: cannot bind s.sock: Address already in use\n"), refused);
      assertEquals(permissions, permissions(iosock));
      iosock.process().destroyForcibly();
      iosock.exitCode();
    }
    assertEquals(new Run(0, ""), iosock("s.sock", "true"));
    assertFalse(Files.exists(directory.resolve("s.sock")));
  }

  /** Any user may make a file in /tmp and keep it there. */
  @Test
  void aFileOfAnotherUserAtTheNameOfTheClaimChangesNothing() throws Exception {
    Root.require();
    assertEquals(new Run(0, ""), Run.of(directory, "chmod", "1777", "."));
    Path path = directory.resolve("s.sock");
    leaveStale(path);
    assertEquals(new Run(0, ""), Run.of(directory, "chown", "" + UID, "s.sock"));
    Path claim = claimOf(path);
    try (ServerSocketChannel squatter = bound(claim)) {
      assertEquals(new Run(0, ""), Run.of(directory, "chown", "" + (UID + 1), claim.toString()));
      assertEquals(new Run(0, ""), iosock("s.sock", "true"));
      assertEquals(List.of(claim), claims());
      assertTrue(squatter.isOpen());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "statx:error=EPERM",
        "statx:error=ENOSYS",
        "flock:error=EPERM",
        "flock:error=ENOSYS"
      })
  void aCallThatASandboxRefusesLeavesNoPathAndStopsNoStart(String refusal) throws Exception {
    Tool.require("strace", "strace");
    String calls = refusal.substring(0, refusal.indexOf(':'));
    List<String> line =
        new ArrayList<>(
            List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                "trace",
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + refusal));
    // The jar, and a VM that keeps performance data, need these calls themselves.
    line.addAll(Build.IMAGE.commandLine(List.of()));
    line.addAll(List.of("s.sock", "true"));
    leaveStale(directory.resolve("s.sock"));
    for (int i = 0; i < 2; i++) {
      assertEquals(new Run(0, ""), Run.of(directory, line.toArray(String[]::new)));
      assertFalse(Files.exists(directory.resolve("s.sock")));
    }
  }

  private Iosock.Builder asUser() {
    return Iosock.in(directory).under(Root.user(UID, UID));
  }

  /** As the other user. */
  private Run iosock(String... arguments) throws Exception {
    List<String> line = new ArrayList<>(List.of(Root.user(UID, UID)));
    line.addAll(Iosock.commandLine(List.of()));
    line.addAll(List.of(arguments));
    return Run.of(directory, line.toArray(String[]::new));
  }

  private static String permissions(Iosock iosock) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(iosock.socket()));
  }

  private static void leaveStale(Path path) throws IOException {
    bound(path).close();
    assertTrue(Files.exists(path));
  }

  private static ServerSocketChannel bound(Path path) throws IOException {
    ServerSocketChannel channel = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    channel.bind(UnixDomainSocketAddress.of(path));
    return channel;
  }

  private static Path claimOf(Path path) throws IOException {
    long inode = (long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    return path.resolveSibling(".iosock-" + Long.toHexString(inode));
  }

  private List<Path> claims() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.getFileName().toString().startsWith(".iosock-")).toList();
    }
  }

  private static List<Iosock> alive(List<Iosock> all) {
    return all.stream().filter(iosock -> iosock.process().isAlive()).toList();
  }
}
