package comparison;

import java.util.List;
import java.util.stream.Stream;

/** On which processors the programs run. */
enum Placement {
  /** Where the scheduler puts them, from one moment to the next. */
  FREE("", List.of(), List.of()),
  /** A contender and its command on one processor, the clients on another: taskset(1). */
  PINNED(
      ", contender and command on processor 0, clients on 1",
      List.of("taskset", "-c", "0"),
      List.of("taskset", "-c", "1"));

  /** An addition to the description of a run. */
  final String description;

  private final List<String> ofContender;
  private final List<String> ofClient;

  Placement(String description, List<String> ofContender, List<String> ofClient) {
    this.description = description;
    this.ofContender = ofContender;
    this.ofClient = ofClient;
  }

  /** The same contender; it has the same process ID too. */
  Contender contender(Contender contender) {
    return contender.startedBy(ofContender);
  }

  /** The command line of a client. */
  List<String> client(List<String> line) {
    return Stream.of(ofClient, line).flatMap(List::stream).toList();
  }
}
