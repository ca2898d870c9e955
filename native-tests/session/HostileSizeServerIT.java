package session;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Terminal;
import support.Tool;

/** Servers that are told the size of a terminal, and do with the socket for it what they can. */
class HostileSizeServerIT {

  @TempDir Path directory;

  @Test
  void whatIsPassedIsASocketForMessagesAndNotTheTerminal() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x");
      assertEquals("x and 1 seqpacket", server.answer("receive"));
      assertEquals("1", server.answer("await 30 90"));
      terminal.type("y");
      assertEquals("y", server.answer("receive"));
      terminal.resize(31, 91);
      assertEquals("1", server.answer("await 31 91"));
      client.detach();
    }
  }

  @Test
  void nothingIsSentBeforeTheFirstKey() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      client.resizeAndAwaitNotice(31, 91);
      assertEquals("0", server.answer("queued"));
      terminal.type("x");
      assertEquals("x and 1 seqpacket", server.answer("receive"));
      assertEquals("2", server.answer("await 31 91"));
      client.detach();
    }
  }

  @Test
  void oneThatNeverListensHoldsNobodyUp() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x");
      server.answer("receive");
      client.resizeAThousandTimes();
      client.awaitIdle();
      assertEchoes(server, terminal);
      terminal.resize(99, 199);
      int told = Integer.parseInt(server.answer("await 99 199"));
      assertTrue(told < 1000, "sizes that were kept for it: " + told);
      client.detach();
    }
  }

  @Test
  void oneThatNeverListensIsLeftAtOnce() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x");
      server.answer("receive");
      client.resizeAThousandTimes();
      client.detach();
    }
  }

  /** What it says there nobody reads. */
  @Test
  void oneThatSpeaksOnTheSideChannelIsNotHeard() throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x");
      server.answer("receive");
      server.tell("size 50 150");
      server.tell("message 10000");
      assertTrue(Integer.parseInt(server.answer("fill")) > 0);
      client.awaitIdle();
      terminal.resize(31, 91);
      assertEquals("2", server.answer("await 31 91"));
      assertEchoes(server, terminal);
      client.awaitIdle();
      client.detach();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "shut", "deafen"})
  void oneThatEndsTheSideChannelEndsNothingElse(String how) throws Exception {
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.to(directory, terminal);
      terminal.type("x");
      server.answer("receive");
      server.tell(how);
      client.awaitIdle();
      for (int i = 0; i < 10; i++) {
        client.resizeAndAwaitNotice(40 + i, 100 + i);
      }
      client.awaitIdle();
      assertEchoes(server, terminal);
      client.detach();
    }
  }

  /** EPERM: as of a server that has turned off SO_PASSRIGHTS. ETOOMANYREFS: unix(7). */
  @ParameterizedTest
  @ValueSource(strings = {"EPERM", "ETOOMANYREFS", "EAGAIN:when=1..2", "EINTR:when=1..2"})
  void theFirstKeyArrivesEvenWhereNoDescriptorMayBePassed(String error) throws Exception {
    Tool.require("strace", "strace");
    try (Sizer server = Sizer.listen(directory);
        Terminal terminal = Terminal.open(30, 90)) {
      Attached client = Attached.under(directory, terminal, strace(error));
      terminal.type("one");
      readAll(server, "one");
      assertEchoes(server, terminal);
      client.detach();
      assertTrue(Files.readString(directory.resolve("trace")).contains("(INJECTED)"));
    }
  }

  private String[] strace(String error) {
    String injection = "inject=sendmsg:error=" + error;
    return new String[] {
      "strace", "-f", "-qq", "-o", "trace", "-e", "trace=sendmsg", "-e", injection
    };
  }

  private static void readAll(Sizer server, String expected) throws Exception {
    StringBuilder read = new StringBuilder();
    while (read.length() < expected.length()) {
      read.append(server.answer("receive").replace(" and 1 seqpacket", ""));
    }
    assertEquals(expected, read.toString());
  }

  private static void assertEchoes(Sizer server, Terminal terminal) throws Exception {
    terminal.type("y");
    assertEquals("y", server.answer("receive"));
    server.tell("send shown");
    assertEquals("shown", terminal.awaitText("shown"));
  }
}
