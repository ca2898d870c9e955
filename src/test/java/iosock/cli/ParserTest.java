package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.cli.CommandLine.Action;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParserTest {

  @Test
  void theFirstOperandEndsTheOptions() throws UsageError {
    CommandLine line = parse("s.sock", "ls", "-m", "--help", "--");
    assertEquals(Action.RUN, line.action());
    assertArrayEquals(bytes("s.sock"), line.socket());
    assertEquals(List.of("ls", "-m", "--help", "--"), strings(line.command()));
    assertEquals(0600, line.mode());
  }

  @ParameterizedTest
  @ValueSource(strings = {"-m 0660", "-m0660", "--mode 0660", "--mode=0660", "-m 660"})
  void aModeIsTakenInEveryForm(String options) throws UsageError {
    CommandLine line = parse((options + " s.sock true").split(" "));
    assertEquals(0660, line.mode());
    assertEquals(List.of("true"), strings(line.command()));
  }

  @Test
  void twoDashesEndTheOptions() throws UsageError {
    CommandLine line = parse("--", "-s", "-c");
    assertArrayEquals(bytes("-s"), line.socket());
    assertEquals(List.of("-c"), strings(line.command()));
  }

  @Test
  void bytesThatAreNoTextPass() throws UsageError {
    byte[] odd = {(byte) 0xff, (byte) 0xfe, '\n'};
    CommandLine line = CommandLine.parse(List.of(odd, odd, new byte[0]));
    assertArrayEquals(odd, line.socket());
    assertArrayEquals(odd, line.command().get(0));
    assertArrayEquals(new byte[0], line.command().get(1));
  }

  @Test
  void helpAndVersionNeedNothingElse() throws UsageError {
    assertEquals(Action.HELP, parse("-h").action());
    assertEquals(Action.HELP, parse("--help", "--nonsense").action());
    assertEquals(Action.VERSION, parse("-V").action());
    assertEquals(Action.VERSION, parse("-m", "600", "--version").action());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-x s c",
        "--nonsense s c",
        "-m",
        "--mode",
        "-m 888 s c",
        "-m 01000 s c",
        "-m77777777777",
        "--mode= s c",
        "--help=yes",
        "-",
        "- c",
        "s",
        "--",
        "-- s",
        "-m-1 s c",
        "--mod 600 s c",
      })
  void nonsenseIsRefused(String line) {
    assertThrows(UsageError.class, () -> parse(line.split(" ")));
  }

  @Test
  void nothingAtAllIsRefused() {
    assertThrows(UsageError.class, ParserTest::parse);
  }

  @Test
  void theHelpNamesEveryOption() {
    for (Option option : Option.values()) {
      assertTrue(Usage.text().contains("-" + option.letter + ", --" + option.name));
    }
  }

  private static CommandLine parse(String... arguments) throws UsageError {
    return CommandLine.parse(Stream.of(arguments).map(ParserTest::bytes).toList());
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static List<String> strings(List<byte[]> arguments) {
    return arguments.stream().map(a -> new String(a, StandardCharsets.US_ASCII)).toList();
  }
}
