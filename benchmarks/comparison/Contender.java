package comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A system that runs a command, most of them on a socket.
 *
 * @param program the executable that must be installed: a path, or a name in PATH
 * @param exitCode its exit code on success
 * @param limit how many clients it serves at once
 * @param line its command line, given the socket and the command to run on it
 */
record Contender(
    String name,
    String program,
    int exitCode,
    int limit,
    BiFunction<Path, Path, List<String>> line) {

  Contender(String name, String program, BiFunction<Path, Path, List<String>> line) {
    this(name, program, 0, 1, line);
  }

  /** The same, but for the exit code on success. */
  Contender endingWith(int code) {
    return new Contender(name, program, code, limit, line);
  }

  /** The same, but for how many clients it serves at once. */
  Contender serving(int clients) {
    return new Contender(name, program, exitCode, clients, line);
  }

  /**
   * The same, started by another program.
   *
   * @param prefix that program and its arguments
   */
  Contender startedBy(List<String> prefix) {
    return new Contender(
        name,
        program,
        exitCode,
        limit,
        (socket, command) ->
            Stream.of(prefix, line.apply(socket, command)).flatMap(List::stream).toList());
  }

  /** Whether its command line names the socket. */
  boolean listens() {
    Path socket = Path.of("a socket");
    return line.apply(socket, Path.of("command")).stream()
        .anyMatch(word -> word.contains(socket.toString()));
  }

  boolean isInstalled() {
    Stream<String> directories =
        program.startsWith("/") ? Stream.of("/") : Stream.of(System.getenv("PATH").split(":"));
    return directories.anyMatch(
        directory -> Files.isExecutable(Path.of(directory).resolve(program)));
  }
}
