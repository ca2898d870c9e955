package comparison;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import joptsimple.OptionException;
import joptsimple.OptionParser;
import joptsimple.OptionSet;
import joptsimple.OptionSpec;
import joptsimple.util.PathConverter;
import programs.Programs;

/** Compares whole programs that put a command on a socket: see README.md beside this. */
public final class Main {

  private static final int MISUSED = 2;

  private final OptionParser parser = new OptionParser(false);
  private final OptionSpec<Path> project = path("project", "the checkout", "");
  private final OptionSpec<Path> output = path("output", "where the results go", "target/compare");
  private final OptionSpec<Integer> rounds = number("rounds", "how often all is measured", 7);
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
          .accepts("works", "which are measured: a pattern for their titles")
          .withRequiredArg()
          .defaultsTo("");
  private final OptionSpec<Void> variants =
      parser.accepts("variants", "the bare splice relay alone, with other sizes and other ways");
  private final OptionSpec<Void> endurance =
      parser.accepts("endurance", "many bytes and many connects through iosock alone");
  private final OptionSpec<Void> help = parser.accepts("help").forHelp();

  private OptionSpec<Path> path(String name, String meaning, String otherwise) {
    return parser
        .accepts(name, meaning)
        .withRequiredArg()
        .withValuesConvertedBy(new PathConverter())
        .defaultsTo(Path.of(otherwise));
  }

  private OptionSpec<Integer> number(String name, String meaning, int otherwise) {
    return parser
        .accepts(name, meaning)
        .withRequiredArg()
        .ofType(Integer.class)
        .defaultsTo(otherwise);
  }

  public static void main(String[] arguments) throws Exception {
    System.exit(new Main().run(arguments));
  }

  private int run(String[] arguments) throws Exception {
    OptionSet options;
    try {
      options = parser.parse(arguments);
      if (!options.nonOptionArguments().isEmpty()) {
        System.err.println("compare: what is " + options.nonOptionArguments().getFirst() + "?");
        return MISUSED;
      }
    } catch (OptionException e) {
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
    Programs.compile(programs, List.of("client", "command", "direct", "relay"));
    List<Contender> all =
        Contender.all(
            root.resolve("target/iosock.jar"), root.resolve("target/test-classes"), programs);
    if (options.has(endurance)) {
      new Endurance(all.getFirst(), programs, results)
          .run((long) (options.valueOf(megabytes) * 1e6));
      return 0;
    }
    Volume volume =
        new Volume(
            (long) (options.valueOf(megabytes) * 1e6),
            options.valueOf(echoes),
            options.valueOf(connects));
    Comparison comparison =
        new Comparison(
            options.has(variants) ? Contender.variants(programs) : all,
            works(Pattern.compile(options.valueOf(works))),
            programs,
            results,
            volume);
    new Report(comparison, options.valueOf(rounds)).write(results, root);
    return 0;
  }

  private static List<Work> works(Pattern pattern) {
    return Stream.of(Work.values()).filter(work -> pattern.matcher(work.title).find()).toList();
  }
}
