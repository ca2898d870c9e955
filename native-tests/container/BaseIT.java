package container;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Client;
import support.Debian11;
import support.Dist;

/** iosock as process 1 on bases without glibc, with an old one, and with one beside its own. */
@Isolated("containers must start within a time")
class BaseIT {

  private static final String RESTRICTED =
      "--read-only --read-only-tmpfs=false --user=1000:1000 --cap-drop=all"
          + " --security-opt=no-new-privileges";

  /** Without the launcher, which takes no options of the VM and keeps LD_DEBUG from it. */
  private static final String VM = "--entrypoint=[\"/opt/iosock/bin/java\", \"-m\", \"iosock\"]";

  /** Of the dynamic linker, by process 1. */
  private static final Pattern DEBUG_LINE = Pattern.compile("(?m)^ +1:\t(.*)$");

  @TempDir static Path scratch;
  private static Podman podman;

  @TempDir Path directory;

  @BeforeAll
  static void openPodman() throws Exception {
    podman = Podman.open(Files.createDirectory(scratch.resolve("podman")));
  }

  @AfterAll
  static void closePodman() throws Exception {
    if (podman != null) {
      podman.close();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--user=0:0", RESTRICTED})
  void onBusybox(String options) throws Exception {
    build(busybox("sh", "id"), Dist.WITH_GLIBC.image());
    try (Container container =
            container().with(options.split(" ")).start(Containerfile.TAG, Container.SOCKET, "sh");
        Client client = container.connect()) {
      String user = options.contains("1000") ? "1000" : "0";
      assertEquals("1 " + user, client.send("echo $PPID $(id -u)\n").readLine());
      assertEquals("", client.send("exit 3\n").readAllText());
      assertEquals(3, container.exitCode());
      assertEquals("", container.logs());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"--user=0:0", RESTRICTED})
  void aTerminalOnBusybox(String options) throws Exception {
    build(busybox("sh", "tty"), Dist.WITH_GLIBC.image());
    try (Container container =
            container()
                .with(options.split(" "))
                .start(Containerfile.TAG, "-p", Container.SOCKET, "sh", "-c", "read x; tty");
        Client client = container.connect()) {
      assertEquals("there", client.send("there\n").readLine().strip());
      assertTrue(client.readLine().matches("/dev/pts/\\d+\r"));
      assertEquals(0, container.exitCode());
    }
  }

  /** Without a shell, a library, a device or a directory but those that the runtime mounts. */
  @ParameterizedTest
  @ValueSource(strings = {"--user=0:0", RESTRICTED})
  void onNothing(String options) throws Exception {
    buildOnNothing();
    try (Container container =
            container()
                .with(options.split(" "))
                .start(Containerfile.TAG, Container.SOCKET, "/busybox", "cat");
        Client client = container.connect()) {
      assertEquals("there and back", client.send("there and back\n").readLine());
      container.stop();
      assertEquals(128 + 15, container.exitCode());
      assertFalse(Files.exists(container.socket()));
      assertEquals("", container.logs());
    }
  }

  @Test
  void everyClassComesFromTheArchive() throws Exception {
    buildOnNothing();
    try (Container container =
        container()
            .with(VM.replace("\"-m\"", "\"-Xlog:class+load\", \"-m\""))
            .start(Containerfile.TAG, Container.SOCKET, "/busybox", "true")) {
      assertEquals(0, container.exitCode());
      String logs = container.logs();
      assertTrue(logs.contains("iosock.Main source: shared objects file"), logs);
      assertFalse(logs.contains("source: jrt:"), logs);
    }
  }

  /** Though the base has a glibc. The dynamic linker does not even look for one there. */
  @Test
  void noLibraryComesFromElsewhere() throws Exception {
    build(busybox("sh", "cat").withItsLibraries(), Dist.WITH_GLIBC.image());
    try (Container container =
        container()
            .with("--env=LD_DEBUG=libs", VM)
            .start(Containerfile.TAG, Container.SOCKET, "sh", "-c", "read x; cat /proc/1/maps")) {
      Set<String> mapped;
      try (Client client = container.connect()) {
        mapped = libraries(client.send("\n").readAllText());
      }
      assertEquals(0, container.exitCode());
      List<String> linker =
          DEBUG_LINE.matcher(container.logs()).results().map(line -> line.group(1)).toList();
      assertEquals(List.of(), linker.stream().filter(line -> line.contains("cache=")).toList());
      Set<String> tried = files(linker, "  trying file=");
      assertTrue(tried.contains("/opt/iosock/lib/glibc/libc.so.6"), tried::toString);
      assertEquals(Set.of(), outsideOfImage(tried));
      Set<String> loaded = files(linker, "calling init: ");
      assertTrue(loaded.contains("/opt/iosock/lib/glibc/libc.so.6"), loaded::toString);
      assertEquals(Set.of(), outsideOfImage(loaded));
      assertTrue(mapped.contains("/opt/iosock/lib/server/libjvm.so"), mapped::toString);
      assertTrue(mapped.contains("/opt/iosock/lib/glibc/libc.so.6"), mapped::toString);
      assertEquals(Set.of(), outsideOfImage(mapped));
    }
  }

  /** The plain image, with the files of Debian 11's libc6 in their places. */
  @Test
  void onTheLibcOfDebian11() throws Exception {
    build(busybox("sh", "cat").with(Debian11.files()), Dist.PLAIN.image());
    try (Container container = container().start(Containerfile.TAG, Container.SOCKET, "sh");
        Client client = container.connect()) {
      client.send("cat /proc/1/maps; exit 3\n");
      Set<String> mapped = libraries(client.readAllText());
      assertTrue(mapped.contains("/lib/x86_64-linux-gnu/libc-2.31.so"), mapped::toString);
      assertEquals(3, container.exitCode());
      assertEquals("", container.logs());
    }
  }

  private void build(RootFileSystem base, Path image) throws Exception {
    Containerfile.build(podman, Files.createDirectory(directory.resolve("work")), base, image);
  }

  private void buildOnNothing() throws Exception {
    Path work = Files.createDirectory(directory.resolve("work"));
    Containerfile.buildOnNothing(podman, work, Dist.WITH_GLIBC.image(), RootFileSystem.busybox());
  }

  private RootFileSystem busybox(String... programs) throws IOException {
    return RootFileSystem.ofBusybox(Files.createDirectory(directory.resolve("files")), programs);
  }

  private Container.Builder container() throws IOException {
    return Container.in(podman, Files.createDirectories(directory.resolve("sockets")));
  }

  /** What the dynamic linker says of files in the lines that begin like this. */
  private static Set<String> files(List<String> lines, String start) {
    return lines.stream()
        .filter(line -> line.startsWith(start))
        .map(line -> Path.of(line.substring(start.length())).normalize().toString())
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> outsideOfImage(Set<String> files) {
    return files.stream()
        .filter(file -> !file.startsWith(RootFileSystem.IOSOCK + "/"))
        .collect(Collectors.toSet());
  }

  /** The paths of shared libraries in the text of /proc/PID/maps. */
  private static Set<String> libraries(String maps) {
    return Pattern.compile("/\\S+\\.so\\b\\S*")
        .matcher(maps)
        .results()
        .map(MatchResult::group)
        .collect(Collectors.toCollection(TreeSet::new));
  }
}
