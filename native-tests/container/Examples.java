package container;

import java.nio.file.Path;

/** The example files that users copy. */
final class Examples {

  private static final Path DIRECTORY =
      Path.of(System.getProperty("iosock.sources")).resolveSibling("src/main/containers");

  private Examples() {}

  static Path file(String name) {
    return DIRECTORY.resolve(name);
  }
}
