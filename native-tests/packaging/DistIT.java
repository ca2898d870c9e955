package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import support.Dist;
import support.Run;

/** The archives for other machines that {@code mvn package -Pdist} makes. */
class DistIT {

  @TempDir Path directory;

  @ParameterizedTest
  @EnumSource
  void theChecksumMatches(Dist dist) throws Exception {
    Path archive = dist.archive();
    Run run = Run.of(archive.getParent(), "sha256sum", "-c", archive.getFileName() + ".sha256");
    assertEquals(archive.getFileName() + ": OK\n", run.output());
  }

  @ParameterizedTest
  @EnumSource
  void theArchiveHoldsTheImage(Dist dist) throws Exception {
    Path unpacked = dist.unpackInto(directory);
    Path image = dist.image();
    Set<String> expected = new TreeSet<>(names(image));
    expected.addAll(Set.of("LICENSE", "README.md"));
    assertEquals(expected, names(unpacked));
    for (String name : names(image)) {
      Path original = image.resolve(name);
      Path copy = unpacked.resolve(name);
      assertEquals(Files.isSymbolicLink(original), Files.isSymbolicLink(copy), name);
      assertEquals(Files.isExecutable(original), Files.isExecutable(copy), name);
      assertEquals(-1, Files.mismatch(original, copy), name);
    }
  }

  @Test
  void theUnpackedImageRuns() throws Exception {
    Path program = Dist.PLAIN.unpackInto(directory).resolve("bin/iosock");
    Run run = Run.of(directory, program.toString(), "s.sock", "sh", "-c", "echo said; exit 7");
    assertEquals("said\n", run.output());
    assertEquals(7, run.exitCode());
  }

  /** An archive depends neither on the time of the build, nor on the user, nor on the umask. */
  @ParameterizedTest
  @EnumSource
  void ownersTimesAndModesAreFixed(Dist dist) throws Exception {
    String archive = dist.archive().toString();
    Run run = Run.of(directory, "tar", "--full-time", "--numeric-owner", "-tvzf", archive);
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

  /** With the license, the authors, and where the source is. */
  @Test
  void theCarriedGlibcIsThatOfThisMachineAndTheNoticeSaysSo() throws Exception {
    Path unpacked = Dist.WITH_GLIBC.unpackInto(directory);
    Path legal = unpacked.resolve("legal/glibc");
    String notice = Files.readString(legal.resolve("NOTICE"));
    Path carried = unpacked.resolve("lib/glibc");
    Set<String> libraries = names(carried);
    assertTrue(libraries.contains("libc.so.6"), libraries.toString());
    Path system = Path.of("/lib64/ld-linux-x86-64.so.2").toRealPath().getParent();
    for (String library : libraries) {
      assertEquals(-1, Files.mismatch(system.resolve(library), carried.resolve(library)), library);
      assertTrue(notice.contains("    lib/glibc/" + library + "\n"), library);
    }
    String version =
        Run.of(directory, "dpkg-query", "-W", "-f", "${source:Version}", "libc6").output();
    assertTrue(notice.contains("apt-get source glibc=" + version + "\n"), notice);
    String license = Files.readString(legal.resolve("LGPL-2.1"));
    assertTrue(license.contains("GNU LESSER GENERAL PUBLIC LICENSE"), license);
    assertTrue(Files.size(legal.resolve("copyright")) > 0);
  }

  /** The notice names every file that is not as the JDK has it, and no other file differs. */
  @Test
  void theNoticeNamesEveryFileThatDiffers() throws Exception {
    Path unpacked = Dist.WITH_GLIBC.unpackInto(directory);
    Set<String> changed = new TreeSet<>();
    for (String name : names(Dist.PLAIN.image())) {
      if (Files.mismatch(Dist.PLAIN.image().resolve(name), unpacked.resolve(name)) != -1) {
        changed.add(name);
      }
    }
    List<String> notice = Files.readAllLines(unpacked.resolve("legal/glibc/NOTICE"));
    Set<String> named =
        notice.stream()
            .filter(line -> line.contains(", path "))
            .map(line -> line.strip().replaceFirst(",.*", ""))
            .collect(Collectors.toCollection(TreeSet::new));
    assertTrue(named.contains("lib/server/libjvm.so"), named.toString());
    assertEquals(named, changed);
  }

  private static Set<String> names(Path root) throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(path -> !Files.isDirectory(path))
          .map(path -> root.relativize(path).toString())
          .collect(Collectors.toCollection(TreeSet::new));
    }
  }
}
