package comparison;

import java.util.List;
import java.util.function.Function;

/** What is compared: which programs, by which works, and what the chart shows of it. */
enum Subject {
  /** iosock and other programs, with one client. */
  ONE_CLIENT(
      "comparison",
      Contenders::forThroughput,
      Work.WITH_ONE,
      List.of(
          new Panel("Throughput, GB/s (more is better)", Work.TRANSFERS, List.of(Figure.RATE)),
          new Panel(
              "Echo of 64 bytes through cat, µs (less is better)",
              List.of(Work.ECHO_64),
              List.of(Figure.P50, Figure.P99)),
          new Panel(
              "Processor time of what joins the command to the socket, s/GB (less is better)",
              Work.TRANSFERS,
              List.of(Figure.CPU)))),
  /** iosock and relays of several clients. */
  RECEIVERS(
      "receivers",
      Contenders::forReceivers,
      Work.TO_SEVERAL,
      List.of(
          new Panel(
              "Output of the command to every client, GB/s (more is better)",
              Work.TO_SEVERAL,
              List.of(Figure.RATE)),
          new Panel(
              "Processor time of what joins the command to the socket, s/GB (less is better)",
              Work.TO_SEVERAL,
              List.of(Figure.CPU)))),
  /** iosock with options, with one client. */
  OPTIONS("options", Contenders::forOptions, Work.WITH_ONE, List.of()),
  /** The bare relay with other sizes. */
  VARIANTS("variants", Contenders::variants, Work.WITH_ONE, List.of());

  /**
   * A part of the chart, with a group of bars for each work or, of one work, for each figure.
   *
   * @param title without a quotation mark
   */
  record Panel(String title, List<Work> works, List<Figure> figures) {}

  /** The name of the files with the results, without the extension. */
  final String file;

  final Function<Contenders, List<Contender>> contenders;
  final List<Work> works;

  /** No chart is drawn if there are none. */
  final List<Panel> panels;

  Subject(
      String file,
      Function<Contenders, List<Contender>> contenders,
      List<Work> works,
      List<Panel> panels) {
    this.file = file;
    this.contenders = contenders;
    this.works = works;
    this.panels = panels;
  }
}
