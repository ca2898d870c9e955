package comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A system that runs a command, most of them on a socket.
 *
 * @param program what has to be installed
 * @param exitCode with which it ends if all went well
 * @param line what is to be run to have a command, the second, on a socket, the first
 */
record Contender(
    String name, String program, int exitCode, BiFunction<Path, Path, List<String>> line) {

  Contender(String name, String program, BiFunction<Path, Path, List<String>> line) {
    this(name, program, 0, line);
  }

  /** Whether it is given a socket at all. */
  boolean listens() {
    Path socket = Path.of("a socket");
    return line.apply(socket, Path.of("command")).stream()
        .anyMatch(word -> word.contains(socket.toString()));
  }

  boolean isInstalled() {
    Stream<String> places =
        program.startsWith("/") ? Stream.of("/") : Stream.of(System.getenv("PATH").split(":"));
    return places.anyMatch(place -> Files.isExecutable(Path.of(place).resolve(program)));
  }
}
