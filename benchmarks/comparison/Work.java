package comparison;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** What is measured, and how. */
enum Work {
  TO_CLIENT("child to client") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return transfer(session, "receive", scale);
    }
  },
  TO_COMMAND("client to child") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return transfer(session, "send", scale);
    }
  },
  THROUGH_CAT("through cat and back") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return transfer(session, "both", scale);
    }
  },
  ECHO_1("echo of 1 byte") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return echo(session, 1, scale);
    }
  },
  ECHO_64("echo of 64 bytes") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return echo(session, 64, scale);
    }
  },
  ECHO_4096("echo of 4096 bytes") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      return echo(session, 4096, scale);
    }
  },
  CONNECT("connects") {
    @Override
    Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
      session.tell("reconnect " + scale.connects());
      double seconds = session.tell("reconnect " + scale.connects())[0];
      return Map.of(Figure.CONNECTS, scale.connects() / seconds);
    }
  };

  /** As most programs do, and as much as a pipe holds by default. */
  private static final int BLOCK = 1 << 16;

  final String title;

  Work(String title) {
    this.title = title;
  }

  /** Once without being measured, then once more. */
  abstract Map<Figure, Double> measure(Session session, Scale scale) throws IOException;

  /** The program that is on the socket meanwhile. */
  Path command(Path programs) {
    return this == TO_CLIENT || this == TO_COMMAND
        ? programs.resolve("command")
        : Path.of("/bin/cat");
  }

  private static Map<Figure, Double> transfer(Session session, String order, Scale scale)
      throws IOException {
    String line = "%s %d %d".formatted(order, BLOCK, scale.bytes());
    session.tell(line);
    Activity activity = new Activity(session.server().pids());
    double seconds = session.tell(line)[0];
    activity.look(session.server().pids());
    return Map.of(
        Figure.RATE, scale.bytes() / seconds / 1e9,
        Figure.CPU, (double) activity.cpuNanos() / scale.bytes());
  }

  private static Map<Figure, Double> echo(Session session, int size, Scale scale)
      throws IOException {
    String line = "echo %d %d".formatted(size, scale.echoes());
    session.tell(line);
    double[] seconds = session.tell(line);
    return Map.of(
        Figure.P50, seconds[0] * 1e6,
        Figure.P99, seconds[1] * 1e6,
        Figure.P999, seconds[2] * 1e6);
  }
}
