package comparison;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A temporary copy of the Java that runs this program. No other process has its files mapped: else
 * pages that a contender shares with other Java processes would count as half or less.
 */
final class Jdk implements AutoCloseable {

  static final Path ORIGINAL = Path.of(System.getProperty("java.home"));

  /** Large files that no VM maps. */
  private static final Set<Path> NOT_NEEDED =
      Set.of(Path.of("jmods"), Path.of("lib/src.zip"), Path.of("lib/ct.sym"), Path.of("legal"));

  private final Path copy;

  /**
   * @param copy the directory to create; deleted first if an earlier run has left it
   */
  Jdk(Path copy) throws IOException {
    this.copy = copy;
    close();
    try (Stream<Path> files = Files.walk(ORIGINAL, FileVisitOption.FOLLOW_LINKS)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        copy(ORIGINAL.relativize(file));
      }
    }
  }

  Path home() {
    return copy;
  }

  private void copy(Path file) throws IOException {
    if (NOT_NEEDED.stream().noneMatch(file::startsWith)) {
      Files.createDirectories(copy.resolve(file).getParent());
      Files.copy(ORIGINAL.resolve(file), copy.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  @Override
  public void close() throws IOException {
    if (!Files.exists(copy)) {
      return;
    }
    try (Stream<Path> files = Files.walk(copy)) {
      List<Path> all = files.sorted(Comparator.reverseOrder()).toList();
      for (Path file : all) {
        Files.delete(file);
      }
    }
  }
}
