package support;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Programs, files and privileges that a test needs on the machine. */
public final class Tool {

  private Tool() {}

  /** Skips the test on a machine without the program; fails it in CI, where all are installed. */
  public static void require(String program, String debianPackage) {
    boolean installed =
        Stream.of(System.getenv("PATH").split(":"))
            .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
    requireThat(installed, missing(program, debianPackage));
  }

  /** The same for a file. */
  public static void requireFile(String path, String debianPackage) {
    requireThat(Files.exists(Path.of(path)), missing(path, debianPackage));
  }

  private static String missing(String what, String debianPackage) {
    return what + " is missing: install the package " + debianPackage;
  }

  /** The same for a privilege, which the attempt needs. */
  public static void requireToRun(Run attempt, String whatItNeeds) {
    requireThat(attempt.exitCode() == 0, whatItNeeds + ": " + attempt.output());
  }

  /** The same for any condition. */
  public static void requireThat(boolean holds, String otherwise) {
    if (holds) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      fail(otherwise);
    }
    abort(otherwise);
  }
}
