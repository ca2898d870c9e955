package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import support.Proc;
import support.Tool;

/** Servers that do not keep to the protocol for window sizes, and a client that does. */
class HostileSizeServerIT {

  /** SCM_MAX_FD. */
  private static final int MAX_DESCRIPTORS = 253;

  @TempDir Path directory;

  @Test
  void theClientPassesNoDescriptorAndSendsItsSizeOnTheOneItReceives() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      Sizer server = session.server();
      String name = server.answer("peer");
      assertTrue(name.startsWith("@iosock/30x90/"), name);
      passChannel(session);
      assertEquals("1", server.answer("await 30 90"));
      for (int i = 0; i < 10; i++) {
        session.terminal().resize(31 + i, 91 + i);
        assertEquals("1", server.answer("await " + (31 + i) + " " + (91 + i)));
        assertEchoes(session);
      }
      server.assertNothingPassed();
      session.client().detach();
    }
  }

  @Test
  void beforeTheFirstOutputNothingIsSentAndNoChangeIsLost() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      Sizer server = session.server();
      session.client().resizeAndAwaitNotice(31, 91);
      session.client().resizeAndAwaitNotice(32, 92);
      assertEquals("0", server.answer("queued"));
      passChannel(session);
      assertEquals("1", server.answer("await 32 92"));
      session.client().detach();
    }
  }

  @Test
  void aServerThatReadsNoSizesDoesNotBlockTheSession() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      passChannel(session);
      session.client().resizeAThousandTimes();
      session.client().awaitIdle();
      assertEchoes(session);
      session.terminal().resize(99, 199);
      int received = Integer.parseInt(session.server().answer("await 99 199"));
      assertTrue(received < 1000, "sizes that were queued: " + received);
      session.client().detach();
    }
  }

  @Test
  void aClientDetachesAtOnceFromAServerThatReadsNoSizes() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      passChannel(session);
      session.client().resizeAThousandTimes();
      session.client().detach();
    }
  }

  @Test
  void whatTheServerSendsOnTheChannelIsNotRead() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      Sizer server = session.server();
      int before = descriptors(session);
      passChannel(session);
      server.tell("pass zero directory");
      server.tell("size 50 150");
      server.tell("message 10000");
      assertTrue(Integer.parseInt(server.answer("fill")) > 0);
      session.client().awaitIdle();
      session.terminal().resize(31, 91);
      assertEquals("2", server.answer("await 31 91"));
      assertEchoes(session);
      session.client().awaitIdle();
      assertEquals(before + 1, descriptors(session));
      session.client().detach();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "shut", "deafen"})
  void theSessionGoesOnWithoutTheChannel(String how) throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      passChannel(session);
      session.server().tell(how);
      session.client().awaitIdle();
      for (int i = 0; i < 10; i++) {
        session.client().resizeAndAwaitNotice(40 + i, 100 + i);
      }
      session.client().awaitIdle();
      assertEchoes(session);
      // A server that sends nothing more on the channel may still read sizes.
      assertEquals(before + (how.equals("shut") ? 1 : 0), descriptors(session));
      session.client().detach();
    }
  }

  /** The last two are kept until the first size cannot be sent. */
  @ParameterizedTest
  @CsvSource({
    "pipe, 1",
    "write-end, 1",
    "file, 1",
    "zero, 1",
    "directory, 1",
    "terminal, 1",
    "tcp, 0",
    "unconnected, 0",
    "epoll, 1",
    "stream, 1",
    "dgram, 1",
    "listening, 0",
    "unpaired, 0"
  })
  void aDescriptorOfAnotherKindIsClosedIfThatCannotWait(String kind, int kept) throws Exception {
    Files.writeString(directory.resolve("file"), "12345678");
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      session.server().tell("pass " + kind);
      show(session, "shown");
      awaitDescriptors(session, before + kept);
      session.client().resizeAndAwaitNotice(31, 91);
      session.client().awaitIdle();
      assertEchoes(session);
      assertEquals(before + kept, descriptors(session));
      session.client().detach();
    }
  }

  @Test
  void nothingIsWrittenToADescriptorOfAnotherKind() throws Exception {
    assertUnread("write-end", 0);
    assertUnread("stream", 0);
    assertUnread("dgram", 0);
    assertUnread("tcp", 0);
    Files.writeString(directory.resolve("file"), "12345678");
    assertUnread("file", 8);
  }

  private void assertUnread(String kind, int expected) throws Exception {
    Path own = Files.createTempDirectory(directory, kind);
    if (kind.equals("file")) {
      Files.copy(directory.resolve(kind), own.resolve(kind));
    }
    try (SizedSession<Sizer> session = SizedSession.withSizer(own)) {
      session.server().tell("pass " + kind);
      show(session, "shown");
      session.client().resizeAndAwaitNotice(31, 91);
      assertEchoes(session);
      assertEquals("" + expected, session.server().answer("unread"), kind);
      session.client().detach();
    }
  }

  /** If the client kept it as it is, the connection would never be seen to end. */
  @Test
  void theServersOwnEndOfTheConnectionIsShutDown() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      session.server().tell("pass connection");
      show(session, "shown");
      awaitExit(session);
    }
  }

  @Test
  void theSessionEndsWithTheConnectionEvenIfTheChannelIsOpen() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      passChannel(session);
      session.server().tell("leave");
      awaitExit(session);
    }
  }

  private static void awaitExit(SizedSession<Sizer> session) {
    await().atMost(20, SECONDS).until(() -> Proc.isGone(session.client().pid()));
  }

  @Test
  void ofSeveralDescriptorsOnlyTheFirstIsTaken() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      session.server().tell("pass seqpacket zero directory");
      show(session, "shown");
      assertEquals("1", session.server().answer("await 30 90"));
      session.terminal().resize(31, 91);
      assertEquals("1", session.server().answer("await 31 91"));
      // The other two stay open, as closing them might wait.
      assertEquals(before + 3, descriptors(session));
      session.client().detach();
    }
  }

  @Test
  void theSecondDescriptorIsNotTakenInPlaceOfTheFirst() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      session.server().tell("pass zero seqpacket");
      show(session, "shown");
      session.server().tell("closed");
      awaitDescriptors(session, before + 2);
      assertEchoes(session);
      session.client().detach();
    }
  }

  @Test
  void asManyDescriptorsAsPossibleAreNotUsed() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      session.server().tell("pass " + "seqpacket ".repeat(MAX_DESCRIPTORS).strip());
      show(session, "shown");
      session.server().tell("closed");
      assertEquals(before + MAX_DESCRIPTORS, descriptors(session));
      assertEchoes(session);
      session.client().detach();
    }
  }

  @Test
  void aDescriptorBesideLaterOutputIsNotTaken() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      show(session, "first");
      int rows = 30;
      for (String kinds : new String[] {"seqpacket", "zero", "tcp", "seqpacket seqpacket"}) {
        session.server().tell("pass " + kinds);
        show(session, kinds);
        session.client().resizeAndAwaitNotice(++rows, 91);
        assertEchoes(session);
        assertEquals(before, descriptors(session), kinds);
      }
      session.server().tell("closed");
      session.client().awaitIdle();
      session.client().detach();
    }
  }

  @Test
  void aSecondChannelIsNotTaken() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      passChannel(session);
      assertEquals("1", session.server().answer("await 30 90"));
      passChannel(session);
      session.server().tell("closed");
      assertEquals(before + 1, descriptors(session));
      assertEchoes(session);
      session.client().detach();
    }
  }

  @Test
  void credentialsAreNoDescriptor() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      int before = descriptors(session);
      session.server().tell("credentials");
      show(session, "shown");
      session.client().resizeAndAwaitNotice(31, 91);
      assertEchoes(session);
      assertEquals(before, descriptors(session));
      session.client().detach();
    }
  }

  @Test
  void manyBytesBesideTheChannelArriveWhole() throws Exception {
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory)) {
      String text = "1234567".repeat(10_000);
      session.server().tell("pass seqpacket");
      assertEquals("sent", session.server().answer("bytes " + text.length()));
      session.server().tell("send shown");
      String shown = session.terminal().awaitText("shown");
      assertEquals(pattern(text.length()) + "shown", shown);
      assertEquals("1", session.server().answer("await 30 90"));
      session.client().detach();
    }
  }

  /** What the order "bytes" sends. */
  private static String pattern(int length) {
    StringBuilder bytes = new StringBuilder();
    for (int i = 0; i < length; i++) {
      bytes.append((char) (i * 7 + (i >> 8) & 0xff));
    }
    return bytes.toString();
  }

  @ParameterizedTest
  @ValueSource(strings = {"EAGAIN", "EINTR"})
  void theFirstOutputAndTheChannelArriveEvenIfTheyCannotBeReadAtOnce(String error)
      throws Exception {
    Tool.require("strace", "strace");
    try (SizedSession<Sizer> session = SizedSession.withSizer(directory, strace(error))) {
      passChannel(session);
      assertEquals("1", session.server().answer("await 30 90"));
      assertEchoes(session);
      session.client().detach();
      assertTrue(Files.readString(directory.resolve("trace")).contains("(INJECTED)"));
    }
  }

  private static String[] strace(String error) {
    String injection = "inject=recvmsg:error=" + error + ":when=1..2";
    return new String[] {
      "strace", "-D", "-f", "-qq", "-o", "trace", "-e", "trace=recvmsg", "-e", injection
    };
  }

  /** As the protocol has it. */
  private static void passChannel(SizedSession<Sizer> session) throws Exception {
    session.server().tell("pass seqpacket");
    show(session, "output");
  }

  private static void show(SizedSession<Sizer> session, String text) throws Exception {
    session.server().tell("send " + text);
    assertEquals(text, session.terminal().awaitText(text));
  }

  private static void assertEchoes(SizedSession<Sizer> session) throws Exception {
    session.terminal().type("y");
    assertEquals("y", session.server().answer("receive"));
    show(session, "echo");
  }

  private static int descriptors(SizedSession<Sizer> session) {
    return Proc.descriptors(session.client().pid());
  }

  private static void awaitDescriptors(SizedSession<Sizer> session, int count) {
    await().atMost(20, SECONDS).until(() -> descriptors(session), now -> now == count);
  }
}
