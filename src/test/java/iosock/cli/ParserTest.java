package iosock.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.cli.CommandLine.Action;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
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

  /** The socket is named in an error when it is bound. */
  @Test
  void anEmptySocketIsKept() throws UsageError {
    assertArrayEquals(new byte[0], parse("", "cmd").socket());
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

  @Test
  void withoutOptionsASocketIsNotShared() throws UsageError {
    CommandLine line = parse("s.sock", "cmd");
    Sharing sharing = line.sharing();
    assertEquals(1, sharing.clients());
    assertFalse(sharing.takeOver());
    assertEquals(Seconds.NEVER, sharing.dropAfterNanos());
    assertEquals(0, sharing.replaySize());
    assertFalse(sharing.tee());
    assertFalse(sharing.observers().isGiven());
    assertEquals(Seconds.NEVER, line.waitNanos());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c 8 --take-over --drop-after 5 -o obs.sock --observe-mode 0644 -r 64K -t",
        "-tc8 -r64K -oobs.sock --take-over --drop-after=5s --observe-mode=644",
        "--clients=8 --tee --replay=64K --observe=obs.sock --observe-mode 0644"
            + " --take-over --drop-after 5.0",
      })
  void aSharedSocketIsAcceptedInEveryForm(String options) throws UsageError {
    CommandLine line = parse((options + " s.sock cmd").split(" "));
    Sharing sharing = line.sharing();
    assertEquals(8, sharing.clients());
    assertTrue(sharing.takeOver());
    assertEquals(5_000_000_000L, sharing.dropAfterNanos());
    assertEquals(65536, sharing.replaySize());
    assertTrue(sharing.tee());
    assertTrue(sharing.observers().isGiven());
    assertArrayEquals(bytes("obs.sock"), sharing.observers().socket());
    assertEquals(0644, sharing.observers().mode());
    assertEquals(0600, line.mode());
    assertEquals(List.of("cmd"), strings(line.command()));
  }

  @Test
  void onlyTheOwnerMayObserveUnlessAModeIsGiven() throws UsageError {
    CommandLine line = parse("-m", "0666", "-o", "obs.sock", "s.sock", "cmd");
    assertEquals(0600, line.sharing().observers().mode());
    assertEquals(0666, line.mode());
  }

  @Test
  void aServerOnOwnStdioSharesItsSocketToo() throws UsageError {
    String options = "--serve -c 2 --take-over --drop-after 1m -o @o --observe-mode 660 -r 1M s";
    Sharing sharing = parse(options.split(" ")).sharing();
    assertEquals(2, sharing.clients());
    assertTrue(sharing.takeOver());
    assertEquals(60_000_000_000L, sharing.dropAfterNanos());
    assertArrayEquals(bytes("@o"), sharing.observers().socket());
    assertEquals(0660, sharing.observers().mode());
    assertEquals(1 << 20, sharing.replaySize());
  }

  @Test
  void aClientMayAskForThePlaceOfAnotherAndLeaveByItself() throws UsageError {
    CommandLine line = parse("--connect", "--take-over", "-w", "0.5", "s");
    assertTrue(line.sharing().takeOver());
    assertEquals(500_000_000, line.waitNanos());
    assertEquals(2_000_000_000, parse("-p", "--connect", "-w2", "s").waitNanos());
  }

  @Test
  void withoutOptionsACommandIsStoppedBySigterm() throws UsageError {
    CommandLine line = parse("s.sock", "cmd");
    assertEquals(15, line.stopping().signal());
    assertEquals(0, line.stopping().input().length);
    assertEquals(Seconds.NEVER, line.stopping().timeoutNanos());
    assertFalse(line.stopping().group());
    assertFalse(line.supervision().subreaper());
    assertEquals(Supervision.NO_SIGNAL, line.supervision().parentDeathSignal());
    assertEquals(Set.of(), line.supervision().zeroExitCodes());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--stop-signal HUP --stop-input stop\\n --stop-timeout 2m -g -s --parent-death KILL -e 3"
            + " -e 143 s.sock cmd",
        "-gse3 --exit-zero=143 --stop-signal=1 --stop-input=stop\\x0a --stop-timeout=120"
            + " --parent-death=sigkill - cmd",
        "-p --group --subreaper -e143 --exit-zero 3 --stop-signal sighup --stop-input stop\\n"
            + " --stop-timeout 120s --parent-death 9 -",
      })
  void stoppingIsAcceptedInEveryForm(String options) throws UsageError {
    CommandLine line = parse(options.split(" "));
    assertEquals(1, line.stopping().signal());
    assertArrayEquals(bytes("stop\n"), line.stopping().input());
    assertEquals(120_000_000_000L, line.stopping().timeoutNanos());
    assertTrue(line.stopping().group());
    assertTrue(line.supervision().subreaper());
    assertEquals(9, line.supervision().parentDeathSignal());
    assertEquals(Set.of(3, 143), line.supervision().zeroExitCodes());
  }

  @Test
  void aServerAndAClientHaveAParentToo() throws UsageError {
    String option = "--parent-death=TERM";
    assertEquals(15, parse(option, "--serve", "s").supervision().parentDeathSignal());
    assertEquals(15, parse(option, "--connect", "s").supervision().parentDeathSignal());
  }

  @Test
  void onlyTheGivenExitCodesBecomeZero() {
    Supervision supervision = new Supervision(false, Supervision.NO_SIGNAL, Set.of(3, 143));
    assertEquals(0, supervision.exitCode(3));
    assertEquals(0, supervision.exitCode(143));
    assertEquals(4, supervision.exitCode(4));
    assertEquals(0, supervision.exitCode(0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "-c 0 s c",
        "-c",
        "--clients= s c",
        "-c 65 s c",
        "--drop-after 0 s c",
        "--drop-after",
        "--drop-after=-1 s c",
        "--drop-after soon s c",
        "-r 0 s c",
        "-r",
        "-r 17M s c",
        "-o",
        "--observe-mode 888 -o o s c",
        "-w 0 --connect s",
        "-w",
        "-w x --connect s",
        "--tee=yes s c",
        "--take-over=yes s c",
        "--stop-signal",
        "--stop-signal= s c",
        "--stop-signal SIG s c",
        "--stop-input",
        "--stop-input= s c",
        "--stop-timeout 0 s c",
        "--stop-timeout",
        "--group=yes s c",
        "--subreaper=yes s c",
        "--parent-death",
        "--parent-death 0 s c",
        "-e",
        "-e 256 s c",
        "-e -1 s c",
        "-e 1000000000000 s c",
        "--exit-zero= s c",
        "--exit-zero x s c",
      })
  void aBadValueIsRefused(String line) {
    assertThrows(UsageError.class, () -> parse(line.split(" ")));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "-m 600                     - c        | --mode is for a socket that iosock makes",
        "-m 600                     --connect s | --mode is for a socket that iosock makes",
        "-c 2                       - c        | --clients is for a socket that iosock listens on",
        "-c 1                       --connect s | --clients is for a socket that iosock listens on",
        "--drop-after 5             - c        | --drop-after is for a socket that iosock listens on",
        "--drop-after 5             --connect s | --drop-after is for a socket that iosock listens on",
        "-o o                       - c        | --observe is for a socket that iosock listens on",
        "-p -o o                    -          | --observe is for a socket that iosock listens on",
        "-o o                       --connect s | --observe is for a socket that iosock listens on",
        "-r 1                       - c        | --replay is for a socket that iosock listens on",
        "-r 1                       --connect s | --replay is for a socket that iosock listens on",
        "--observe-mode 600         s c        | --observe-mode is for --observe",
        "--observe-mode 600         --serve s  | --observe-mode is for --observe",
        "--observe-mode 600         --connect s | --observe-mode is for --observe",
        "--observe-mode 600         - c        | --observe-mode is for --observe",
        "--take-over                - c        | --take-over is for a socket",
        "-p --take-over             -          | --take-over is for a socket",
        "-t                         --serve s  | --tee is for COMMAND on a socket",
        "-t                         --connect s | --tee is for COMMAND on a socket",
        "-t                         - c        | --tee is for COMMAND on a socket",
        "-w 1                       s c        | --wait is for --connect",
        "-w 1                       --serve s  | --wait is for --connect",
        "-w 1                       - c        | --wait is for --connect",
        "-p                         --serve s  | --pty is for COMMAND and --connect",
        "--detach-key ^A            --connect s | --detach-key is for -p --connect",
        "--detach-key ^A -p         s c        | --detach-key is for -p --connect",
        "--stop-signal INT          --serve s  | --stop-signal is for COMMAND",
        "--stop-signal INT          --connect s | --stop-signal is for COMMAND",
        "--stop-input x             --serve s  | --stop-input is for COMMAND",
        "--stop-input x             --connect s | --stop-input is for COMMAND",
        "--stop-timeout 1           --serve s  | --stop-timeout is for COMMAND",
        "--stop-timeout 1           --connect s | --stop-timeout is for COMMAND",
        "-g                         --serve s  | --group is for COMMAND",
        "-g                         --connect s | --group is for COMMAND",
        "-s                         --serve s  | --subreaper is for COMMAND",
        "-s                         --connect s | --subreaper is for COMMAND",
        "-e 1                       --serve s  | --exit-zero is for COMMAND",
        "-e 1                       --connect s | --exit-zero is for COMMAND",
        "-c 2 -w 1                  s          | --wait is for --connect",
        "-m 600                     fd:3 c     | --mode is for a socket that iosock makes",
        "--serve -m 600             fd:3       | --mode is for a socket that iosock makes",
        "-o fd:4 --observe-mode 600 s c        | --observe-mode is for a socket that iosock makes",
        "--notify                   --serve s  | --notify is for COMMAND",
        "--notify                   --connect s | --notify is for COMMAND",
        "--serve -t                 --connect s | either --serve or --connect, not both",
      })
  void anOptionWithoutEffectIsRefused(String options, String message) {
    String[] line = options.split(" +");
    UsageError error = assertThrows(UsageError.class, () -> parse(line));
    assertEquals(message, error.getMessage());
    assertEquals(0, error.subject().length);
  }

  @Test
  void anInheritedSocketMayBeNamedByItsDescriptor() throws UsageError {
    assertArrayEquals(bytes("fd:3"), parse("fd:3", "cmd").socket());
    assertArrayEquals(bytes("fd:2147483647"), parse("--serve", "fd:2147483647").socket());
    CommandLine line = parse("-m", "0660", "-o", "fd:4", "s", "cmd");
    assertArrayEquals(bytes("fd:4"), line.sharing().observers().socket());
    assertEquals(0600, parse("-o", "o", "--observe-mode", "600", "fd:3", "c").mode());
    assertArrayEquals(bytes("./fd:x"), parse("./fd:x", "cmd").socket());
    assertArrayEquals(bytes("fd"), parse("fd", "cmd").socket());
    assertArrayEquals(bytes("FD:3"), parse("--connect", "FD:3").socket());
  }

  @ParameterizedTest
  @CsvSource({
    "fd: c, not a descriptor above 2, fd:",
    "fd:2 c, not a descriptor above 2, fd:2",
    "fd:+3 c, not a descriptor above 2, fd:+3",
    "fd:03 c, not a descriptor above 2, fd:03",
    "fd:2147483648 c, not a descriptor above 2, fd:2147483648",
    "--serve fd:x, not a descriptor above 2, fd:x",
    "--connect fd:x, not a descriptor above 2, fd:x",
    "--connect fd:3, --connect takes no descriptor, fd:3",
    "-o fd:1 s c, not a descriptor above 2, fd:1",
    "-o fd:3 fd:3 c, --observe needs a socket of its own, fd:3",
  })
  void aBadDescriptorIsRefused(String options, String message, String subject) {
    UsageError error = assertThrows(UsageError.class, () -> parse(options.split(" ")));
    assertEquals(message, error.getMessage());
    assertArrayEquals(bytes(subject), error.subject());
  }

  @Test
  void aServiceManagerIsNotifiedIfAskedFor() throws UsageError {
    assertTrue(parse("--notify", "s", "cmd").notifyManager());
    assertTrue(parse("--notify", "-p", "-").notifyManager());
    assertFalse(parse("s", "cmd", "--notify").notifyManager());
  }

  @ParameterizedTest
  @CsvSource({
    "-o s s c, --observe needs a socket of its own, s",
    "--observe=@s --serve @s, --observe needs a socket of its own, @s",
    "-o - s c, not a socket, -",
    "--observe= s c, not a socket, ''",
  })
  void observersNeedASocketOfTheirOwn(String options, String message, String subject) {
    UsageError error = assertThrows(UsageError.class, () -> parse(options.split(" ")));
    assertEquals(message, error.getMessage());
    assertArrayEquals(bytes(subject), error.subject());
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
