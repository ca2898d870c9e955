package benchmarks;

import java.util.Arrays;
import java.util.List;

/** The rows of the first table in a Markdown text, without its header. */
record Rows(List<List<String>> cells) {

  static Rows of(String text) {
    return new Rows(
        text.lines()
            .takeWhile(line -> line.startsWith("|"))
            .skip(2)
            .map(line -> Arrays.stream(line.split("\\|", -1)).map(String::strip).toList())
            .map(row -> row.subList(1, row.size() - 1))
            .toList());
  }

  List<String> column(int number) {
    return cells.stream().map(row -> row.get(number)).toList();
  }
}
