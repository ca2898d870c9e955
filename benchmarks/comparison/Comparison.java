package comparison;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * One run of all measurements: in each round every contender does every work, one right after
 * another, each in a process that was started for it.
 */
final class Comparison {

  private final List<Contender> present;
  private final List<Contender> absent;
  private final List<Work> works;
  private final Path programs;
  private final Path directory;
  private final Scale scale;
  private final Placement placement;

  /**
   * @param all of which those that are not installed are left out
   * @param programs where the compiled C programs are
   * @param directory for sockets
   */
  Comparison(
      List<Contender> all,
      List<Work> works,
      Path programs,
      Path directory,
      Scale scale,
      Placement placement) {
    present = all.stream().filter(Contender::isInstalled).toList();
    absent = all.stream().filter(contender -> !contender.isInstalled()).toList();
    this.works = works;
    this.programs = programs;
    this.directory = directory;
    this.scale = scale;
    this.placement = placement;
  }

  List<String> present() {
    return present.stream().map(Contender::name).toList();
  }

  List<String> absent() {
    return absent.stream().map(Contender::name).toList();
  }

  Scale scale() {
    return scale;
  }

  Placement placement() {
    return placement;
  }

  Results run(int rounds) throws IOException {
    Results results = new Results();
    for (int round = 1; round <= rounds; round++) {
      for (Work work : works) {
        for (Contender contender : suitable(work)) {
          System.err.printf(
              "round %d of %d: %s: %s: ", round, rounds, work.title, contender.name());
          System.err.println(measure(contender, work, results));
        }
      }
    }
    return results;
  }

  private List<Contender> suitable(Work work) {
    return present.stream().filter(contender -> contender.limit() >= work.clients).toList();
  }

  /**
   * @return a line for the log
   */
  private String measure(Contender contender, Work work, Results results) throws IOException {
    if (results.isStuck(work, contender)) {
      return "left out";
    }
    try (Session session =
        new Session(contender, work.command(programs), directory, programs, placement)) {
      Map<Figure, Double> figures = work.measure(session, scale);
      results.add(work, contender, figures);
      return figures.toString();
    } catch (Session.Stuck e) {
      results.stuck(work, contender);
      return "stuck";
    }
  }
}
