package benchmarks;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import support.Run;

/** Runs {@code benchmarks/compare}, without its build. */
final class Compare {

  private final Path directory;

  /**
   * @param directory for the results
   */
  Compare(Path directory) {
    this.directory = directory;
  }

  Run run(String... arguments) throws IOException, InterruptedException {
    return runWithPath(System.getenv("PATH"), arguments);
  }

  /**
   * @param path the variable PATH
   */
  Run runWithPath(String path, String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("env", "PATH=" + path));
    line.addAll(command(arguments));
    Run run = Run.of(directory, line.toArray(String[]::new));
    byte[] output = run.output().getBytes(StandardCharsets.ISO_8859_1);
    return new Run(run.exitCode(), new String(output, StandardCharsets.UTF_8));
  }

  /** With a PATH from which some programs are missing. */
  Run runWithout(List<String> missing, String... arguments)
      throws IOException, InterruptedException {
    Path programs = Files.createDirectory(directory.resolve("bin"));
    // JUnit would print a warning for each link that it deletes.
    try {
      Run.of(directory, "sh", "-c", "ln -sf /usr/bin/* /bin/sh bin");
      for (String program : missing) {
        Files.deleteIfExists(programs.resolve(program));
      }
      return runWithPath(programs.toString(), arguments);
    } finally {
      Run.of(directory, "rm", "-r", "bin");
    }
  }

  /** With a shell script instead of a program. */
  Run runWith(String program, String script, String... arguments)
      throws IOException, InterruptedException {
    Path programs = Files.createDirectory(directory.resolve("bin"));
    Path file = Files.writeString(programs.resolve(program), "#!/bin/sh\n" + script);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    return runWithPath(programs + ":" + System.getenv("PATH"), arguments);
  }

  String written(String name) throws IOException {
    return Files.readString(directory.resolve("out").resolve(name));
  }

  Map<String, Object> json(String name) throws IOException {
    return JSON.std.mapFrom(written(name));
  }

  private List<String> command(String... arguments) {
    List<String> line =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "comparison.Main",
                "--project",
                Path.of("").toAbsolutePath().toString(),
                "--output",
                directory.resolve("out").toString()));
    line.addAll(List.of(arguments));
    return line;
  }
}
