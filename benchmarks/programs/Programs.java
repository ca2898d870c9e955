package programs;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/** Compiles the C programs of this directory with {@code cc}. */
public final class Programs {

  private static final List<String> HEADERS = List.of("listen.h", "start.h");

  private Programs() {}

  /**
   * @param directory for the programs
   */
  public static void compile(Path directory, List<String> names) throws Exception {
    for (String name : names) {
      compile(directory, name, name, List.of());
    }
  }

  /**
   * @param directory for the library
   * @return the path of the library
   */
  public static Path compileLibrary(Path directory, String name) throws Exception {
    compile(directory, name, name + ".so", List.of("-shared", "-fPIC"));
    return directory.resolve(name + ".so");
  }

  private static void compile(Path directory, String name, String binary, List<String> options)
      throws Exception {
    Files.createDirectories(directory);
    for (String header : HEADERS) {
      copy(header, directory);
    }
    copy(name + ".c", directory);
    List<String> line = new ArrayList<>(List.of("cc", "-O2", "-Wall", "-Wextra", "-Werror"));
    line.addAll(options);
    line.addAll(List.of("-pthread", "-o", binary, name + ".c"));
    if (new ProcessBuilder(line).directory(directory.toFile()).inheritIO().start().waitFor() != 0) {
      throw new IOException("cannot compile " + name + ".c");
    }
  }

  private static void copy(String name, Path directory) throws IOException {
    try (InputStream source = Programs.class.getResourceAsStream(name)) {
      Files.copy(source, directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }
  }
}
