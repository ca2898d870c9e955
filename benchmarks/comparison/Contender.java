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

  /**
   * All that there are, installed or not, in the order of the table: the first is the one that the
   * others are compared with.
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
            "iosock",
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

  /** The bare relay with other sizes, and other ways, than it and iosock have. */
  static List<Contender> variants(Path programs) {
    return List.of(
        variant("as it is", programs),
        variant("pipes of 64 KiB", programs, "-p", "64"),
        variant("pipes of 256 KiB", programs, "-p", "256"),
        variant("pipes of 4 MiB", programs, "-p", "4096", "-m", "4096"),
        variant("64 KiB a splice", programs, "-m", "64"),
        variant("256 KiB a splice", programs, "-m", "256"),
        variant("send buffer of 1 MiB", programs, "-s", "1024"),
        variant("poll after EAGAIN only", programs, "-a"));
  }

  private static Contender variant(String name, Path programs, String... options) {
    String relay = programs.resolve("relay").toString();
    return new Contender(
        name,
        relay,
        (socket, command) ->
            Stream.of(Stream.of(relay), Stream.of(options), Stream.of("" + socket, "" + command))
                .flatMap(words -> words)
                .toList());
  }

  boolean isInstalled() {
    Stream<String> places =
        program.startsWith("/") ? Stream.of("/") : Stream.of(System.getenv("PATH").split(":"));
    return places.anyMatch(place -> Files.isExecutable(Path.of(place).resolve(program)));
  }
}
