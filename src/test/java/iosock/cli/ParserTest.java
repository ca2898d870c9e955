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
import org.junit.jupiter.params.provider.CsvSource;
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
  void aModeIsAcceptedInEveryForm(String options) throws UsageError {
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
  void bytesThatAreNotTextAreKept() throws UsageError {
    byte[] odd = {(byte) 0xff, (byte) 0xfe, '\n'};
    CommandLine line = CommandLine.parse(List.of(odd, odd, new byte[0]));
    assertArrayEquals(odd, line.socket());
    assertArrayEquals(odd, line.command().get(0));
    assertArrayEquals(new byte[0], line.command().get(1));
  }

  @Test
  void helpAndVersionNeedNoOperands() throws UsageError {
    assertEquals(Action.HELP, parse("-h").action());
    assertEquals(Action.HELP, parse("--help", "--nonsense").action());
    assertEquals(Action.VERSION, parse("-V").action());
    assertEquals(Action.VERSION, parse("-m", "600", "--version").action());
  }

  @Test
  void aCommandOnOwnStdioHasNoSocket() throws UsageError {
    CommandLine line = parse("-", "ls", "-p");
    assertEquals(Action.RUN_ON_STDIO, line.action());
    assertEquals(null, line.socket());
    assertEquals(List.of("ls", "-p"), strings(line.command()));
    assertEquals(false, line.pty());
  }

  @Test
  void theDefaultCommandOnATerminalIsAShell() throws UsageError {
    assertEquals(List.of("/bin/sh", "-i"), strings(parse("-p", "-").command()));
    assertEquals(List.of("/bin/sh", "-i"), strings(parse("--pty", "--", "-").command()));
    assertEquals(List.of("vi"), strings(parse("-p", "-", "vi").command()));
  }

  @Test
  void serveAndConnectNeedOnlyASocket() throws UsageError {
    CommandLine serve = parse("-m", "0660", "--serve", "@s");
    assertEquals(Action.SERVE, serve.action());
    assertArrayEquals(bytes("@s"), serve.socket());
    assertEquals(0660, serve.mode());
    CommandLine connect = parse("--connect", "-p", "s");
    assertEquals(Action.CONNECT, connect.action());
    assertTrue(connect.pty());
    assertEquals('\\' - 0x40, connect.detachKey());
  }

  @ParameterizedTest
  @CsvSource({
    "^A, 1",
    "^a, 1",
    "^@, 0",
    "^], 29",
    "^_, 31",
    "^?, 127",
    "q, 113",
    "^, 94",
    "none, -1"
  })
  void aDetachKeyIsAcceptedInEveryForm(String key, int code) throws UsageError {
    assertEquals(code, parse("-p", "--connect", "--detach-key", key, "s").detachKey());
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
        "-p",
        "-p s",
        "s",
        "--",
        "-- s",
        "-m-1 s c",
        "--mod 600 s c",
        "--serve",
        "--serve -",
        "--serve s c",
        "--serve -p s",
        "--connect",
        "--connect -",
        "--connect s c",
        "--serve --connect s",
        "--connect --serve s",
        "--connect -m 600 s",
        "-m 600 - c",
        "--serve=yes s",
        "--detach-key",
        "--detach-key ^A --connect s",
        "--detach-key ^A -p s c",
        "-p --connect --detach-key= s",
        "-p --connect --detach-key ^ab s",
        "-p --connect --detach-key ^1 s",
        "-p --connect --detach-key nokey s",
      })
  void anInvalidCommandLineIsRefused(String line) {
    assertThrows(UsageError.class, () -> parse(line.split(" ")));
  }

  @Test
  void anEmptyCommandLineIsRefused() {
    assertThrows(UsageError.class, ParserTest::parse);
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
