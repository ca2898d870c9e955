package sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import support.Run;

/** What is no value of an option, and options where they mean nothing: one line, and 125. */
class BadInputIT {

  private static final String[] COMMAND = {"./s.sock", "touch", "started"};
  private static final String[] SERVE = {"--serve", "./s.sock"};
  private static final String[] CONNECT = {"--connect", "./s.sock"};
  private static final String[] STDIO = {"-", "touch", "started"};

  private static final List<String> NO_NUMBER =
      List.of("", "0", "-1", "-0", "+", "many", "1x", "1 2", " ", "0x10", "99999999999999999999");

  @TempDir Path directory;

  static Stream<Arguments> values() {
    List<Arguments> cases = new ArrayList<>();
    List<String> counts = List.of("65", "1.5", "1K", "4294967297", "18446744073709551617");
    List<String> sizes =
        List.of("17M", "16777217", "16385K", "1G", "1T", "K", "1.5K", "M1", "1KK", "1KiBs");
    List<String> times = List.of("1000000001", "1e", "1ms", "s", "1 s", "0s", "0.0", "-0.5", "nan");
    add(cases, COMMAND, "-c", counts);
    add(cases, COMMAND, "-r", sizes);
    addTimes(cases, COMMAND, "--drop-after", times);
    addTimes(cases, CONNECT, "-w", times);
    // The rest of the rule is the same.
    cases.add(Arguments.of("--wait", "0", CONNECT));
    for (String option : List.of("-c", "--clients", "-r", "--replay", "--drop-after")) {
      cases.add(Arguments.of(option, "0", SERVE));
    }
    return cases.stream();
  }

  private static void addTimes(
      List<Arguments> cases, String[] mode, String option, List<String> more) {
    List<String> values = new ArrayList<>(more);
    values.addAll(List.of("inf", "11574d1", "11575d", "16666667m", "277778h"));
    add(cases, mode, option, values);
  }

  private static void add(List<Arguments> cases, String[] mode, String option, List<String> more) {
    for (List<String> values : List.of(NO_NUMBER, more)) {
      for (String value : values) {
        // timeout(1) reads hexadecimal numbers too.
        if (!(value.equals("0x10") && (option.contains("after") || option.contains("w")))) {
          cases.add(Arguments.of(option, value, mode));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("values")
  void whatIsNoValue(String option, String value, String[] mode) throws Exception {
    if (option.startsWith("--")) {
      assertRefused(mode, option + "=" + value);
    } else {
      assertRefused(mode, option, value);
    }
  }

  static Stream<Arguments> observers() {
    return Stream.of(COMMAND, SERVE)
        .flatMap(
            mode ->
                Stream.of(
                        List.of("-o", ""),
                        List.of("--observe="),
                        List.of("-o", "-"),
                        List.of("-o", "./o.sock", "--observe-mode", "9"),
                        List.of("-o", "./o.sock", "--observe-mode", ""),
                        List.of("-o", "./o.sock", "--observe-mode", "1777"),
                        List.of("-o", "./o.sock", "--observe-mode", "-1"),
                        List.of("-o", "./o.sock", "--observe-mode", "rw"),
                        List.of("--observe-mode", "0600"))
                    .map(options -> Arguments.of(options, mode)));
  }

  @ParameterizedTest
  @MethodSource("observers")
  void whatIsNoSocketOrModeForObservers(List<String> options, String[] mode) throws Exception {
    assertRefused(mode, options.toArray(String[]::new));
  }

  static Stream<Arguments> modes() {
    List<Arguments> cases = new ArrayList<>();
    List<List<String>> served =
        List.of(
            List.of("-c", "2"),
            List.of("--drop-after", "5"),
            List.of("-o", "./o.sock"),
            List.of("-o", "./o.sock", "--observe-mode", "0600"),
            List.of("--observe-mode", "0600"),
            List.of("-r", "1K"));
    for (List<String> options : served) {
      cases.add(Arguments.of(options, CONNECT));
      cases.add(Arguments.of(options, STDIO));
    }
    cases.add(Arguments.of(List.of("--take-over"), STDIO));
    for (String[] mode : List.of(SERVE, CONNECT, STDIO)) {
      cases.add(Arguments.of(List.of("-t"), mode));
      cases.add(Arguments.of(List.of("--tee"), mode));
    }
    for (String[] mode : List.of(COMMAND, SERVE, STDIO)) {
      cases.add(Arguments.of(List.of("-w", "1"), mode));
    }
    return cases.stream();
  }

  @ParameterizedTest
  @MethodSource("modes")
  void anOptionThatMeansNothingThere(List<String> options, String[] mode) throws Exception {
    assertRefused(mode, options.toArray(String[]::new));
    List<String> withPty = new ArrayList<>(List.of("-p"));
    withPty.addAll(options);
    assertRefused(mode, withPty.toArray(String[]::new));
  }

  static Stream<String> withArgument() {
    return Stream.of(
        "-c",
        "--clients",
        "--drop-after",
        "-o",
        "--observe",
        "--observe-mode",
        "-r",
        "--replay",
        "-w",
        "--wait");
  }

  @ParameterizedTest
  @MethodSource("withArgument")
  void aValueThatIsMissing(String option) throws Exception {
    assertEquals(
        new Run(125, "iosock: option needs an argument: " + option + " (see iosock --help)\n"),
        Shared.run(directory, "", option));
    assertNothingIsLeft();
  }

  @ParameterizedTest
  @MethodSource("withoutArgument")
  void aValueWhereThereIsNone(String option) throws Exception {
    assertEquals(
        new Run(125, "iosock: option takes no argument: " + option + " (see iosock --help)\n"),
        Shared.run(directory, "", option, "./s.sock", "touch", "started"));
    assertNothingIsLeft();
  }

  static Stream<String> withoutArgument() {
    return Stream.of("--take-over=yes", "--tee=yes", "--take-over=", "--tee=1");
  }

  /** So that the tests above fail for the values and modes only. */
  @Test
  void whatTheOptionsMeanIsTaken() throws Exception {
    String[] all =
        ("-c 64 --take-over --drop-after 0.5s -o ./o.sock --observe-mode 0660 -r 16M -t"
                + " ./s.sock touch started")
            .split(" ");
    assertEquals(new Run(0, ""), Shared.run(directory, "", all));
    assertTrue(Files.exists(directory.resolve("started")));
    String[] serve =
        "-c 1 --take-over --drop-after 1000000000 -o ./o.sock -r 1 --serve ./s.sock".split(" ");
    assertEquals(125, Shared.run(directory, "", addNoSuchDirectory(serve)).exitCode());
    String[] connect = "--take-over -w 1d --connect ./s.sock".split(" ");
    assertEquals(
        new Run(125, "iosock: cannot connect to ./s.sock: No such file or directory\n"),
        Shared.run(directory, "", connect));
  }

  private static String[] addNoSuchDirectory(String[] line) {
    line[line.length - 1] = "./nosuch/s.sock";
    return line;
  }

  private void assertRefused(String[] mode, String... options) throws Exception {
    List<String> line = new ArrayList<>(List.of(options));
    line.addAll(List.of(mode));
    Run run = Shared.run(directory, "", line.toArray(String[]::new));
    assertEquals(125, run.exitCode(), run.output());
    assertTrue(run.output().matches("iosock: [^\n]+ \\(see iosock --help\\)\n"), run.output());
    assertNothingIsLeft();
  }

  private void assertNothingIsLeft() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(), files.toList());
    }
  }
}
