package comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import joptsimple.OptionException;
import joptsimple.OptionParser;
import joptsimple.OptionSet;
import joptsimple.OptionSpec;
import joptsimple.OptionSpecBuilder;
import joptsimple.util.PathConverter;
import programs.Programs;

/** Compares whole programs that put a command on a socket: see README.md beside this. */
public final class Main {

  private static final int MISUSED = 2;

  private final OptionParser parser = new OptionParser(false);
  private final OptionSpec<Path> project = path("project", "the checkout", "");
  private final OptionSpec<Path> output =
      path("output", "the directory for the results", "target/compare");
  private final OptionSpec<Integer> rounds =
      parser
          .accepts("rounds", "number of rounds; default 7, --start 20, the memory of --idle 3")
          .withRequiredArg()
          .ofType(Integer.class);
  private final OptionSpec<Integer> seconds = number("seconds", "how long --idle counts", 60);
  private final OptionSpec<Double> megabytes =
      parser
          .accepts("megabytes", "in one transfer")
          .withRequiredArg()
          .ofType(Double.class)
          .defaultsTo(2000.0);
  private final OptionSpec<Integer> echoes = number("echoes", "in one measurement", 20_000);
  private final OptionSpec<Integer> connects = number("connects", "in one measurement", 500);
  private final OptionSpec<String> works =
      parser
          .accepts("works", "a regular expression for the titles of the works to measure")
          .withRequiredArg()
          .defaultsTo("");
  private final OptionSpecBuilder variants =
      parser.accepts("variants", "only the bare splice relay, with other sizes and options");
  private final OptionSpecBuilder receivers =
      parser.accepts("receivers", "iosock and relays in C, to 1, 2, 4 and 8 clients at once");
  private final OptionSpecBuilder costs =
      parser.accepts("options", "only iosock, with options and one client");
  private final OptionSpecBuilder pinned =
      parser.accepts(
          "pinned", "contender and command on processor 0, clients on processor 1; a comparison");
  private final OptionSpecBuilder start =
      parser.accepts("start", "how long a whole run of a command takes that does nothing");
  private final OptionSpecBuilder idle =
      parser.accepts("idle", "memory, wake-ups and CPU of idle programs");
  private final OptionSpecBuilder endurance =
      parser.accepts("endurance", "many connects and many bytes through iosock only");
  private final OptionSpecBuilder sharedJdk =
      parser.accepts("shared-jdk", "--idle and --endurance without a copy of the JDK of their own");
  private final OptionSpec<Void> help = parser.accepts("help").forHelp();

  private OptionSpec<Path> path(String name, String description, String defaultValue) {
    return parser
        .accepts(name, description)
        .withRequiredArg()
        .withValuesConvertedBy(new PathConverter())
        .defaultsTo(Path.of(defaultValue));
  }

  private OptionSpec<Integer> number(String name, String description, int defaultValue) {
    return parser
        .accepts(name, description)
        .withRequiredArg()
        .ofType(Integer.class)
        .defaultsTo(defaultValue);
  }

  public static void main(String[] arguments) throws Exception {
    System.exit(new Main().run(arguments));
  }

  private int run(String[] arguments) throws Exception {
    OptionSet options;
    try {
      options = parse(arguments);
    } catch (OptionException | IllegalArgumentException e) {
      System.err.println("compare: " + e.getMessage());
      return MISUSED;
    }
    if (options.has(help)) {
      parser.printHelpOn(System.out);
      return 0;
    }
    Path root = options.valueOf(project).toAbsolutePath();
    Path results = Files.createDirectories(options.valueOf(output).toAbsolutePath());
    Path programs = results.resolve("programs");
    Programs.compile(
        programs,
        List.of("client", "command", "copyrelay", "direct", "launch", "relay", "teerelay"));
    if (options.has(start)) {
      new Start(new Contenders(root, Jdk.ORIGINAL, programs), programs, results)
          .run(rounds(options, 20));
    } else if (options.has(idle) || options.has(endurance)) {
      measureMemory(options, root, programs, results);
    } else {
      compare(options, new Contenders(root, Jdk.ORIGINAL, programs), root, programs, results);
    }
    return 0;
  }

  private OptionSet parse(String[] arguments) {
    parser.mutuallyExclusive(receivers, costs, variants, start, idle, endurance);
    parser.mutuallyExclusive(pinned, start, idle, endurance);
    OptionSet options = parser.parse(arguments);
    if (!options.nonOptionArguments().isEmpty()) {
      throw new IllegalArgumentException(
          "unexpected argument: " + options.nonOptionArguments().getFirst());
    }
    for (OptionSpec<Integer> count : List.of(rounds, seconds)) {
      if (options.has(count) && options.valueOf(count) < 1) {
        throw new IllegalArgumentException(count.options().getFirst() + ": at least 1");
      }
    }
    return options;
  }

  private int rounds(OptionSet options, int defaultValue) {
    return options.has(rounds) ? options.valueOf(rounds) : defaultValue;
  }

  private long bytes(OptionSet options) {
    return (long) (options.valueOf(megabytes) * 1e6);
  }

  private void measureMemory(OptionSet options, Path root, Path programs, Path results)
      throws Exception {
    if (options.has(sharedJdk)) {
      measureMemory(options, new Contenders(root, Jdk.ORIGINAL, programs), programs, results);
      return;
    }
    try (Jdk jdk = new Jdk(results.resolve("jdk"))) {
      measureMemory(options, new Contenders(root, jdk.home(), programs), programs, results);
    }
  }

  private void measureMemory(OptionSet options, Contenders contenders, Path programs, Path results)
      throws Exception {
    if (options.has(idle)) {
      new Idle(contenders, programs, results).run(rounds(options, 3), options.valueOf(seconds));
    } else {
      new Endurance(contenders.forEndurance(), programs, results).run(bytes(options));
    }
  }

  private void compare(
      OptionSet options, Contenders contenders, Path root, Path programs, Path results)
      throws Exception {
    Scale scale = new Scale(bytes(options), options.valueOf(echoes), options.valueOf(connects));
    Subject subject = subject(options);
    Pattern pattern = Pattern.compile(options.valueOf(works));
    Comparison comparison =
        new Comparison(
            subject.contenders.apply(contenders),
            subject.works.stream().filter(work -> pattern.matcher(work.title).find()).toList(),
            programs,
            results,
            scale,
            options.has(pinned) ? Placement.PINNED : Placement.FREE);
    new Report(subject, comparison, rounds(options, 7)).write(results, root);
  }

  private Subject subject(OptionSet options) {
    if (options.has(receivers)) {
      return Subject.RECEIVERS;
    }
    if (options.has(costs)) {
      return Subject.OPTIONS;
    }
    return options.has(variants) ? Subject.VARIANTS : Subject.ONE_CLIENT;
  }
}
