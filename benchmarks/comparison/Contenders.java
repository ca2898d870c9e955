package comparison;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** Who is compared in what, installed or not, in the order of the tables. */
final class Contenders {

  /** What others are compared with that end or stay: the first there. */
  static final String YARDSTICK = "hello world";

  /** A VM that is soon ready, and small. */
  private static final List<String> SMALL_VM =
      List.of(
          "-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData", "-cp");

  private final String image;
  private final String jar;
  private final String classes;
  private final String java;
  private final Path programs;

  /**
   * @param project the checkout, where all is built
   * @param java the Java to be run by whoever has none of its own
   * @param programs where the compiled C programs are
   */
  Contenders(Path project, Path java, Path programs) {
    image = project.resolve("target/iosock").toString();
    jar = project.resolve("target/iosock.jar").toString();
    classes = project.resolve("target/test-classes").toString();
    this.java = java.resolve("bin/java").toString();
    this.programs = programs;
  }

  /** Those that relay: the first is the one that the others are compared with. */
  List<Contender> thatRelay() {
    return List.of(
        jar("iosock"),
        threads("threads", "platform", List.of("-cp")),
        threads("virtual threads", "virtual", List.of("-cp")),
        socat("-b65536"),
        contender("ncat", "ncat", (socket, command) -> words("-lkU", socket, "--exec", command)),
        spliceRelay(),
        own("no relay", "direct"));
  }

  /** Those that end with their command. */
  List<Contender> thatEnd() {
    return List.of(
        contender(YARDSTICK, java, (socket, command) -> smallVm("hello.Hello")),
        image(),
        imageWithoutScript(),
        jar("iosock, jar"),
        threads("threads", "platform", SMALL_VM),
        threads("virtual threads", "virtual", SMALL_VM),
        spliceRelay(),
        contender("socat", "socat", (socket, command) -> words("EXEC:" + command, "-")),
        // It reports the end of its terminal as an error.
        new Contender(
            "dtach", "dtach", 1, (socket, command) -> words("dtach", "-N", socket, command)),
        tini(),
        dumbInit(),
        new Contender("no wrapper", "true", (socket, command) -> words(command)));
  }

  /** Those that start with a socket. */
  List<Contender> thatListen() {
    return List.of(
        image(),
        imageWithoutScript(),
        jar("iosock, jar"),
        threads("threads", "platform", SMALL_VM),
        threads("virtual threads", "virtual", SMALL_VM),
        spliceRelay(),
        socat());
  }

  /** Those that stay for as long as their command has something to do. */
  List<Contender> thatStay() {
    return List.of(
        contender(YARDSTICK, java, (socket, command) -> smallVm("hello.Sleeper")),
        image(),
        jar("iosock, jar"),
        threads("threads", "platform", SMALL_VM),
        threads("virtual threads", "virtual", SMALL_VM),
        spliceRelay(),
        socat(),
        tini(),
        dumbInit());
  }

  /** iosock, in the forms in which it is run for long. */
  List<Contender> thatLast() {
    return List.of(image(), jar("iosock, jar"));
  }

  /** The bare relay with other sizes, and other ways, than it and iosock have. */
  List<Contender> variants() {
    return List.of(
        own("as it is", "relay"),
        own("pipes of 64 KiB", "relay", "-p", "64"),
        own("pipes of 256 KiB", "relay", "-p", "256"),
        own("pipes of 4 MiB", "relay", "-p", "4096", "-m", "4096"),
        own("64 KiB a splice", "relay", "-m", "64"),
        own("256 KiB a splice", "relay", "-m", "256"),
        own("send buffer of 1 MiB", "relay", "-s", "1024"),
        own("poll after EAGAIN only", "relay", "-a"));
  }

  /** As a reader may type it, in the checkout. */
  String legible(List<String> line) {
    return String.join(" ", line)
        .replace(java, "java")
        .replace(programs + "/", "")
        .replace(Path.of(image).getParent().getParent() + "/", "");
  }

  private Contender image() {
    return contender("iosock", image + "/bin/iosock", (socket, command) -> words(socket, command));
  }

  private Contender imageWithoutScript() {
    return contender(
        "iosock, no script",
        image + "/bin/java",
        (socket, command) -> words("-m", "iosock", socket, command));
  }

  private Contender jar(String name) {
    return contender(
        name,
        java,
        (socket, command) ->
            words("--enable-native-access=ALL-UNNAMED", "-jar", jar, socket, command));
  }

  /**
   * @param options of the VM, the last of which takes the class path
   */
  private Contender threads(String name, String kind, List<String> options) {
    return contender(
        name,
        java,
        (socket, command) ->
            joined(options, words(classes, "threaded.Main", kind, socket, command)));
  }

  private List<String> smallVm(String main) {
    return joined(SMALL_VM, words(classes, main));
  }

  private Contender socat(String... options) {
    return contender(
        "socat",
        "socat",
        (socket, command) ->
            joined(
                List.of(options),
                words("UNIX-LISTEN:" + socket + ",fork", "EXEC:" + command + ",pipes")));
  }

  private static Contender tini() {
    return contender("tini", "tini", (socket, command) -> words("-s", "--", command));
  }

  private static Contender dumbInit() {
    return contender("dumb-init", "dumb-init", (socket, command) -> words(command));
  }

  private Contender spliceRelay() {
    return own("splice relay", "relay");
  }

  private Contender own(String name, String program, String... options) {
    return contender(
        name,
        programs.resolve(program).toString(),
        (socket, command) -> joined(List.of(options), words(socket, command)));
  }

  private static Contender contender(
      String name, String program, BiFunction<Path, Path, List<String>> arguments) {
    return new Contender(
        name,
        program,
        (socket, command) -> joined(List.of(program), arguments.apply(socket, command)));
  }

  private static List<String> words(Object... words) {
    return Stream.of(words).map(Object::toString).toList();
  }

  private static List<String> joined(List<String> some, List<String> more) {
    return Stream.of(some, more).flatMap(List::stream).toList();
  }
}
