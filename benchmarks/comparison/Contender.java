package comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/**
 * A system that puts a command on a socket.
 *
 * @param program what has to be installed
 * @param line what is to be run to have a command, the second, on a socket, the first
 */
record Contender(String name, String program, BiFunction<Path, Path, List<String>> line) {

  /** The one that the others are compared with. */
  static final String OWN = "iosock";

  /**
   * All that there are, installed or not, in the order of the table.
   *
   * @param jar iosock's
   * @param classes where the threaded design is
   * @param programs where the compiled C programs are
   */
  static List<Contender> all(Path jar, Path classes, Path programs) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String relay = programs.resolve("relay").toString();
    String direct = programs.resolve("direct").toString();
    return List.of(
        new Contender(
            OWN,
            java,
            (socket, command) ->
                List.of(
                    java,
                    "--enable-native-access=ALL-UNNAMED",
                    "-jar",
                    "" + jar,
                    "" + socket,
                    "" + command)),
        threaded("threads", java, classes, "platform"),
        threaded("virtual threads", java, classes, "virtual"),
        new Contender(
            "socat",
            "socat",
            (socket, command) ->
                List.of(
                    "socat",
                    "-b65536",
                    "UNIX-LISTEN:" + socket + ",fork",
                    "EXEC:" + command + ",pipes")),
        new Contender(
            "ncat",
            "ncat",
            (socket, command) -> List.of("ncat", "-lkU", "" + socket, "--exec", "" + command)),
        new Contender(
            "splice relay", relay, (socket, command) -> List.of(relay, "" + socket, "" + command)),
        new Contender(
            "no relay", direct, (socket, command) -> List.of(direct, "" + socket, "" + command)));
  }

  private static Contender threaded(String name, String java, Path classes, String threads) {
    return new Contender(
        name,
        java,
        (socket, command) ->
            List.of(
                java, "-cp", "" + classes, "threaded.Main", threads, "" + socket, "" + command));
  }

  boolean isInstalled() {
    Stream<String> places =
        program.startsWith("/") ? Stream.of("/") : Stream.of(System.getenv("PATH").split(":"));
    return places.anyMatch(place -> Files.isExecutable(Path.of(place).resolve(program)));
  }
}
