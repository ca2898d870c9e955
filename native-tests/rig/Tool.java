package rig;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Files;
import java.nio.file.Path;

/** Programs of the machine that tests use. */
public final class Tool {

  private Tool() {}

  /** Skips the test on a machine without the program, and fails it where all must be installed. */
  public static void require(String program, String debianPackage) {
    for (String directory : System.getenv("PATH").split(":")) {
      if (Files.isExecutable(Path.of(directory, program))) {
        return;
      }
    }
    lack(program, debianPackage);
  }

  /** The same for a file that is no program. */
  public static void requireFile(String path, String debianPackage) {
    if (!Files.exists(Path.of(path))) {
      lack(path, debianPackage);
    }
  }

  private static void lack(String what, String debianPackage) {
    String missing = what + " is missing: install the package " + debianPackage;
    if ("true".equals(System.getenv("CI"))) {
      fail(missing);
    }
    abort(missing);
  }
}
