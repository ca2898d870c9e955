package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Run;
import support.Tool;

/** The archive for other machines that {@code mvn package -Pdist} makes. */
class DistIT {

  private static final Path ARCHIVE = Path.of(System.getProperty("iosock.dist"));
  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));

  @TempDir Path directory;

  @BeforeAll
  static void requireArchive() {
    Tool.requireThat(Files.exists(ARCHIVE), ARCHIVE + " is missing: run Maven with -Pdist");
  }

  @Test
  void theChecksumMatches() throws Exception {
    String name = ARCHIVE.getFileName().toString();
    Run run = Run.of(ARCHIVE.getParent(), "sha256sum", "-c", name + ".sha256");
    assertEquals(name + ": OK\n", run.output());
  }

  @Test
  void theArchiveHoldsTheImage() throws Exception {
    Path unpacked = unpack();
    Set<String> expected = new TreeSet<>(names(IMAGE));
    expected.addAll(Set.of("LICENSE", "README.md"));
    assertEquals(expected, names(unpacked));
    for (String name : names(IMAGE)) {
      Path original = IMAGE.resolve(name);
      Path copy = unpacked.resolve(name);
      assertEquals(Files.isSymbolicLink(original), Files.isSymbolicLink(copy), name);
      assertEquals(Files.isExecutable(original), Files.isExecutable(copy), name);
      assertEquals(-1, Files.mismatch(original, copy), name);
    }
  }

  @Test
  void theUnpackedImageRuns() throws Exception {
    Path program = unpack().resolve("bin/iosock");
    Run run = Run.of(directory, program.toString(), "s.sock", "sh", "-c", "echo said; exit 7");
    assertEquals("said\n", run.output());
    assertEquals(7, run.exitCode());
  }

  /** The archive depends neither on the time of the build, nor on the user, nor on the umask. */
  @Test
  void ownersTimesAndModesAreFixed() throws Exception {
    Run run =
        Run.of(directory, "tar", "--full-time", "--numeric-owner", "-tvzf", ARCHIVE.toString());
    Set<String> modes = new TreeSet<>();
    Set<String> ownersAndTimes = new TreeSet<>();
    for (String line : run.output().lines().toList()) {
      String[] words = line.split(" +");
      modes.add(words[0]);
      ownersAndTimes.add(words[1] + " " + words[3] + " " + words[4]);
    }
    assertEquals(Set.of("drwxr-xr-x", "-rw-r--r--", "-rwxr-xr-x"), modes);
    assertEquals(1, ownersAndTimes.size(), ownersAndTimes.toString());
    assertTrue(ownersAndTimes.iterator().next().startsWith("0/0 "), ownersAndTimes.toString());
  }

  private Path unpack() throws Exception {
    Run run = Run.of(directory, "tar", "-xzf", ARCHIVE.toString());
    assertEquals(0, run.exitCode(), run.output());
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(path -> path.getFileName().toString().startsWith("iosock-"))
          .findAny()
          .orElseThrow();
    }
  }

  private static Set<String> names(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !Files.isDirectory(path))
          .map(path -> root.relativize(path).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
