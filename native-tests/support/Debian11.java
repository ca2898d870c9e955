package support;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The files of Debian 11's package libc6, which has glibc 2.31. */
public final class Debian11 {

  private static final Path DIRECTORY = Path.of(System.getProperty("iosock.scratch"), "debian11");

  private Debian11() {}

  /** The directory in which they are; it is the root of their paths. */
  public static Path files() {
    Tool.requireThat(
        Files.exists(libraries().resolve("libc-2.31.so")),
        DIRECTORY + " is missing: run native-tests/packaging/debian11-libc " + DIRECTORY);
    return DIRECTORY;
  }

  public static Path libraries() {
    return DIRECTORY.resolve("lib/x86_64-linux-gnu");
  }

  /** A command that executes its arguments, a program of any libc, with these libraries. */
  public static List<String> loader() {
    return List.of(
        files().resolve("lib/x86_64-linux-gnu/ld-2.31.so").toString(),
        "--library-path",
        libraries().toString());
  }
}
