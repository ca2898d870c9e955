package support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The images for other machines that {@code mvn package -Pdist} makes, and their archives. */
public enum Dist {
  /** For any directory of a machine with glibc. */
  PLAIN("iosock.image", "iosock.dist"),

  /** The image that carries its glibc, for /opt/iosock. */
  WITH_GLIBC("iosock.with-glibc", "iosock.dist.with-glibc");

  private final Path image;
  private final Path archive;

  Dist(String image, String archive) {
    this.image = Path.of(System.getProperty(image));
    this.archive = Path.of(System.getProperty(archive));
  }

  /** Skips the test if there is none, or fails it in CI. */
  public Path archive() {
    return required(archive);
  }

  /** What is packed in the archive, but LICENSE and README.md. */
  public Path image() {
    return required(image);
  }

  private static Path required(Path path) {
    Tool.requireThat(Files.exists(path), path + " is missing: run Maven with -Pdist");
    return path;
  }

  /**
   * @param directory with no other directory
   * @return the image in it
   */
  public Path unpackInto(Path directory) throws IOException, InterruptedException {
    assertEquals(new Run(0, ""), Run.of(directory, "tar", "-xzf", archive().toString()));
    try (Stream<Path> all = Files.list(directory)) {
      return all.filter(Files::isDirectory).findAny().orElseThrow();
    }
  }
}
