package comparison;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A measurement. */
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
      session.request("reconnect " + scale.connects());
      double seconds = session.request("reconnect " + scale.connects())[0];
      return Map.of(Figure.CONNECTS, scale.connects() / seconds);
    }
  },
  TO_1_CLIENT("to 1 client", 1),
  TO_2_CLIENTS("to 2 clients", 2),
  TO_4_CLIENTS("to 4 clients", 4),
  TO_8_CLIENTS("to 8 clients", 8);

  /** Throughput with one client. */
  static final List<Work> TRANSFERS = List.of(TO_CLIENT, TO_COMMAND, THROUGH_CAT);

  /** The whole output of the command to each of several clients. */
  static final List<Work> TO_SEVERAL =
      List.of(TO_1_CLIENT, TO_2_CLIENTS, TO_4_CLIENTS, TO_8_CLIENTS);

  /** All others, with one client. */
  static final List<Work> WITH_ONE =
      Stream.of(values()).filter(work -> !TO_SEVERAL.contains(work)).toList();

  /** The block size of most programs, and the capacity of a pipe by default. */
  private static final int BLOCK = 1 << 16;

  final String title;

  /** How many there are at once. */
  final int clients;

  Work(String title) {
    this(title, 1);
  }

  Work(String title, int clients) {
    this.title = title;
    this.clients = clients;
  }

  /**
   * Does the work once unmeasured, then once measured. Here: what the command writes goes to every
   * client, and the rate is that of the command.
   */
  Map<Figure, Double> measure(Session session, Scale scale) throws IOException {
    session.request("join " + clients);
    return transfer(session, "receive", scale);
  }

  /** The program that runs on the socket. */
  Path command(Path programs) {
    return this == TO_CLIENT || this == TO_COMMAND || TO_SEVERAL.contains(this)
        ? programs.resolve("command")
        : Path.of("/bin/cat");
  }

  private static Map<Figure, Double> transfer(Session session, String request, Scale scale)
      throws IOException {
    String line = "%s %d %d".formatted(request, BLOCK, scale.bytes());
    session.request(line);
    Activity activity = new Activity(session.server().pids());
    double seconds = session.request(line)[0];
    activity.sample(session.server().pids());
    return Map.of(
        Figure.RATE, scale.bytes() / seconds / 1e9,
        Figure.CPU, (double) activity.cpuNanos() / scale.bytes());
  }

  private static Map<Figure, Double> echo(Session session, int size, Scale scale)
      throws IOException {
    String line = "echo %d %d".formatted(size, scale.echoes());
    session.request(line);
    double[] seconds = session.request(line);
    return Map.of(
        Figure.P50, seconds[0] * 1e6,
        Figure.P99, seconds[1] * 1e6,
        Figure.P999, seconds[2] * 1e6);
  }
}
