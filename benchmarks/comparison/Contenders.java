package comparison;

import java.nio.file.Path;
import java.util.List;
import java.util.function.BiFunction;
import java.util.stream.Stream;

/** The contenders of each comparison, installed or not, in the order of the tables. */
final class Contenders {

  /** The contender that {@link #forStart} and {@link #forIdle} compare the others with. */
  static final String REFERENCE = "hello world";

  /** Options of a VM that starts fast and is small. */
  private static final List<String> SMALL =
      List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:-UsePerfData");

  private static final List<String> SMALL_VM =
      joined(joined(List.of("-Xshare:auto"), SMALL), List.of("-cp"));

  /** The most clients at once in a comparison. */
  private static final int RECEIVERS = 8;

  private static final String LIMIT = "" + RECEIVERS;

  private final String image;
  private final String jar;
  private final String classes;
  private final String java;
  private final Path programs;
  private final Path cache;

  /**
   * @param project the checkout, with everything built
   * @param java the Java home for contenders that do not bring their own
   * @param programs where the compiled C programs are
   */
  Contenders(Path project, Path java, Path programs) {
    image = project.resolve("target/iosock").toString();
    jar = project.resolve("target/iosock.jar").toString();
    classes = project.resolve("target/test-classes").toString();
    this.java = java.resolve("bin/java").toString();
    this.programs = programs;
    cache = programs.resolve("iosock.aot");
  }

  /** Throughput and latency: the others are compared with the first. */
  List<Contender> forThroughput() {
    return List.of(
        jar("iosock"),
        threads("threads", "platform", "1", List.of("-cp")),
        threads("virtual threads", "virtual", "1", List.of("-cp")),
        socat("-b65536"),
        contender("ncat", "ncat", (socket, command) -> line("-lkU", socket, "--exec", command)),
        spliceRelay(),
        own("no relay", "direct"));
  }

  /** Several clients at once, and beside them what serves one: compared with the first. */
  List<Contender> forReceivers() {
    return List.of(
        jar("iosock", "-c", LIMIT).serving(RECEIVERS),
        threads("threads", "platform", LIMIT, List.of("-cp")).serving(RECEIVERS),
        threads("virtual threads", "virtual", LIMIT, List.of("-cp")).serving(RECEIVERS),
        own("copying relay", "copyrelay", "-c", LIMIT).serving(RECEIVERS),
        own("tee relay", "teerelay", "-c", LIMIT).serving(RECEIVERS),
        jar("iosock without -c"),
        spliceRelay());
  }

  /**
   * What options cost that do nothing for a single client: the first is compared with the others.
   */
  List<Contender> forOptions() {
    return List.of(
        jar("iosock"),
        jar("iosock -c " + LIMIT, "-c", LIMIT),
        jar("iosock -r 64K", "-r", "64K"),
        jar("iosock -t", "-t"));
  }

  /** A whole run: they exit with their command. */
  List<Contender> forStart() {
    return List.of(
        contender(REFERENCE, java, (socket, command) -> smallVm("hello.Hello")),
        image(),
        jar("iosock, jar"),
        jarWithCache(),
        threads("threads", "platform", "1", SMALL_VM),
        threads("virtual threads", "virtual", "1", SMALL_VM),
        spliceRelay(),
        contender("socat", "socat", (socket, command) -> line("EXEC:" + command, "-")),
        // dtach reports the end of its terminal as an error.
        contender("dtach", "dtach", (socket, command) -> line("-N", socket, command)).endingWith(1),
        tini(),
        dumbInit(),
        new Contender("no wrapper", "true", (socket, command) -> line(command)));
  }

  /** The time until a socket is there. */
  List<Contender> forListening() {
    return List.of(
        image(),
        jar("iosock, jar"),
        jarWithCache(),
        threads("threads", "platform", "1", SMALL_VM),
        threads("virtual threads", "virtual", "1", SMALL_VM),
        spliceRelay(),
        socat());
  }

  /** Idle programs: they run as long as their command does. */
  List<Contender> forIdle() {
    return List.of(
        contender(REFERENCE, java, (socket, command) -> smallVm("hello.Sleeper")),
        image(),
        jar("iosock, jar"),
        threads("threads", "platform", "1", SMALL_VM),
        threads("virtual threads", "virtual", "1", SMALL_VM),
        spliceRelay(),
        socat(),
        tini(),
        dumbInit());
  }

  /** iosock, in the forms in which it runs for long. */
  List<Contender> forEndurance() {
    return List.of(image(), jar("iosock, jar"));
  }

  /** The bare relay, with the sizes of iosock and with others. */
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

  /** The command line that makes the AOT cache of {@link #forStart} for the jar. */
  List<String> makeCache() {
    return joined(List.of(java, "-XX:AOTCacheOutput=" + cache), smallJar("-", "true"));
  }

  /** A command line as typed in the checkout. */
  String typed(List<String> line) {
    return String.join(" ", line)
        .replace(java, "java")
        .replace(programs + "/", "")
        .replace(Path.of(image).getParent().getParent() + "/", "");
  }

  private Contender image() {
    return contender("iosock", image + "/bin/iosock", (socket, command) -> line(socket, command));
  }

  private Contender jar(String name, String... options) {
    return contender(
        name,
        java,
        (socket, command) -> joined(jarOptions(), joined(List.of(options), line(socket, command))));
  }

  private Contender jarWithCache() {
    return contender(
        "iosock, jar with AOT cache",
        java,
        (socket, command) -> joined(line("-XX:AOTCache=" + cache), smallJar(socket, command)));
  }

  private List<String> smallJar(Object... arguments) {
    return joined(joined(SMALL, jarOptions()), line(arguments));
  }

  private List<String> jarOptions() {
    return line("-jar", jar);
  }

  /**
   * @param options of the VM; the last one is followed by the class path
   */
  private Contender threads(String name, String kind, String limit, List<String> options) {
    return contender(
        name,
        java,
        (socket, command) ->
            joined(options, line(classes, "threaded.Main", kind, limit, socket, command)));
  }

  private List<String> smallVm(String main) {
    return joined(SMALL_VM, line(classes, main));
  }

  private Contender socat(String... options) {
    return contender(
        "socat",
        "socat",
        (socket, command) ->
            joined(
                List.of(options),
                line("UNIX-LISTEN:" + socket + ",fork", "EXEC:" + command + ",pipes")));
  }

  private static Contender tini() {
    return contender("tini", "tini", (socket, command) -> line("-s", "--", command));
  }

  private static Contender dumbInit() {
    return contender("dumb-init", "dumb-init", (socket, command) -> line(command));
  }

  private Contender spliceRelay() {
    return own("splice relay", "relay");
  }

  private Contender own(String name, String program, String... options) {
    return contender(
        name,
        programs.resolve(program).toString(),
        (socket, command) -> joined(List.of(options), line(socket, command)));
  }

  private static Contender contender(
      String name, String program, BiFunction<Path, Path, List<String>> arguments) {
    return new Contender(
        name,
        program,
        (socket, command) -> joined(List.of(program), arguments.apply(socket, command)));
  }

  private static List<String> line(Object... arguments) {
    return Stream.of(arguments).map(Object::toString).toList();
  }

  private static List<String> joined(List<String> first, List<String> second) {
    return Stream.of(first, second).flatMap(List::stream).toList();
  }
}
