package session;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Proc;
import support.Run;

/** Clients that do not keep to the protocol for window sizes, and a server that does. */
class HostileSizeClientIT {

  /** SCM_MAX_FD. */
  private static final int MAX_DESCRIPTORS = 253;

  /** A name without a size, as of a client whose terminal has none. */
  private static final String NO_SIZE = "0x0";

  @TempDir Path directory;

  @Test
  void messagesThatAreNoSizeAreIgnored() throws Exception {
    String[] bad = {
      "message 1",
      "message 7",
      "message 8",
      "message 9",
      "message 65536",
      "size 0 0",
      "size 0 100",
      "size 40 0",
      "size 65535 65535",
      "size 4097 100",
      "size 40 4097"
    };
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = connectWithChannel()) {
      for (String message : bad) {
        client.tell(message);
        client.echo("y");
        assertEquals(PtyServer.INITIAL, server.size(), message);
      }
      server.awaitIdle();
      client.tell("size 40 100");
      server.awaitSize(40, 100);
    }
  }

  /** It looks like end of file, and may be taken for it. */
  @Test
  void anEmptyMessageChangesNothing() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = connectWithChannel()) {
        client.tell("message 0");
        client.echo("y");
        server.awaitIdle();
        assertEquals(PtyServer.INITIAL, server.size());
      }
      server.awaitDescriptors(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "shut", "deafen"})
  void theSessionGoesOnWithoutTheChannel(String how) throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = connectWithChannel()) {
        client.tell(how);
        client.echo("x");
        server.awaitIdle();
        client.echo("y");
        // A client that receives nothing on the channel may still send sizes.
        server.awaitDescriptors(before + (how.equals("deafen") ? 2 : 1));
      }
      server.awaitDescriptors(before);
      assertEquals(PtyServer.INITIAL, server.size());
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void noDescriptorIsTakenFromAClient(boolean isNamed) throws Exception {
    String[] kinds = {
      "pipe",
      "file",
      "zero",
      "directory",
      "terminal",
      "listening",
      "unconnected",
      "tcp",
      "epoll",
      "stream",
      "dgram",
      "seqpacket seqpacket",
      "zero seqpacket",
      "seqpacket ".repeat(MAX_DESCRIPTORS).strip()
    };
    Files.writeString(directory.resolve("file"), "what was in the file");
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (String kind : kinds) {
        try (Sizer client = isNamed ? connect(NO_SIZE) : Sizer.connect(directory)) {
          pass(client, kind);
          // The connection, and the server's end of the channel.
          server.awaitDescriptors(before + (isNamed ? 2 : 1));
          pass(client, kind);
          assertEquals(before + (isNamed ? 2 : 1), server.descriptors(), kind);
          server.awaitIdle();
          client.echo("z");
          assertEquals(PtyServer.INITIAL, server.size(), kind);
          assertEquals(isNamed ? "1 seqpacket" : "0", client.answer("received"));
        }
        server.awaitDescriptors(before);
      }
      server.serveAnother();
    }
  }

  private static void pass(Sizer client, String kinds) throws Exception {
    client.tell("pass " + kinds);
    client.echo("x");
    // Whether this is refused depends on what it is sent on.
    client.answer("line text");
    client.echo("y");
  }

  @Test
  void aPassedDescriptorIsClosedAtOnceBesideTheFirstBytesAndBesideLaterOnes() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = Sizer.connect(directory)) {
      for (int i = 0; i < 10; i++) {
        client.tell("pass seqpacket");
        client.echo("x");
        client.tell("closed");
        assertEquals("refused", client.answer("size 40 100"));
      }
      assertEquals(PtyServer.INITIAL, server.size());
      client.assertNothingPassed();
    }
  }

  @Test
  void noDescriptorIsTakenBesideASize() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = connectWithChannel()) {
      client.tell("size 40 100");
      server.awaitSize(40, 100);
      int before = server.descriptors();
      int columns = 100;
      for (String kinds :
          new String[] {"pipe", "zero seqpacket", "tcp", "terminal", "connection"}) {
        client.tell("pass " + kinds);
        client.tell("size 40 " + ++columns);
        server.awaitSize(40, columns);
        assertEquals(before, server.descriptors(), kinds);
      }
      server.awaitIdle();
    }
  }

  /** If the server kept it open, the connection would never be seen to end. */
  @Test
  void theClientsOwnEndOfTheConnectionIsNotKept() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = Sizer.connect(directory)) {
        client.tell("pass connection");
        client.tell("send x");
        server.awaitIdle();
      }
      server.awaitDescriptors(before);
      server.serveAnother();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"terminal", "pipe"})
  void nothingIsReadFromAPassedDescriptor(String kind) throws Exception {
    String text = "line";
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = Sizer.connect(directory)) {
      client.tell("pass " + kind);
      client.echo("x");
      // With a newline: a terminal counts what can be read.
      client.tell("line " + text);
      client.echo("y");
      server.awaitIdle();
      assertEquals("" + (text.length() + 1), client.answer("unread"));
    }
  }

  @Test
  void aPassedFileStaysAtItsBeginning() throws Exception {
    Files.writeString(directory.resolve("file"), "12345678");
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = connect(NO_SIZE)) {
      client.tell("pass file");
      client.echo("x");
      server.awaitIdle();
      assertEquals("8", client.answer("unread"));
      assertEquals(PtyServer.INITIAL, server.size());
    }
  }

  /** Of a TCP socket the kernel discards what MSG_TRUNC reads, and stores nothing. */
  @Test
  void aPassedTcpSocketDoesNotRepeatTheSizeOfAnotherClient() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      try (Sizer client = connect("30x90")) {
        client.echo("x");
        server.awaitSize(30, 90);
      }
      server.resize(50, 100);
      try (Sizer client = Sizer.connect(directory)) {
        client.tell("pass tcp");
        client.echo("x");
        client.answer("message 8");
        client.echo("y");
        server.awaitIdle();
        assertEquals("50 100", server.size());
      }
    }
  }

  @Test
  void credentialsAreNoDescriptor() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = Sizer.connect(directory)) {
        client.tell("credentials");
        client.echo("x");
        client.echo("y");
        server.awaitIdle();
        assertEquals(before + 1, server.descriptors());
      }
    }
  }

  @Test
  void manyBytesBesideADescriptorArriveWholeEitherWay() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int columns = 100;
      for (int count : new int[] {4095, 4096, 4097, 5000, 100_000}) {
        try (Sizer client = connect(NO_SIZE)) {
          client.tell("pass pipe");
          assertEquals("sent", client.answer("bytes " + count));
          assertEquals("same", client.answer("echoed " + count), "of " + count);
          client.assertHasChannel();
          client.tell("size 40 " + ++columns);
          server.awaitSize(40, columns);
          client.echo("x");
        }
      }
    }
  }

  /** They wait behind those of a client that has left, which the command does not read yet. */
  @Test
  void aClientWhoseFirstBytesHaveToWaitGetsItsChannelWithTheFirstOutput() throws Exception {
    int many = 120_000;
    int single = 100;
    Run.of(directory, "mkfifo", "gate");
    String late = "read x <gate; head -c " + (many + single + 1) + " >in; exec cat";
    try (PtyServer server = PtyServer.raw(directory, late)) {
      try (Sizer first = Sizer.connect(directory)) {
        assertEquals("sent", first.answer("bytes " + many));
        // Each of these takes as much of a pipe as thousands do.
        for (int i = 0; i < single; i++) {
          first.tell("send y");
        }
      }
      try (Sizer client = connect("31x91")) {
        server.awaitSize(31, 91);
        client.tell("pass seqpacket");
        client.tell("send x");
        client.answer("size 41 101");
        server.awaitIdle();
        assertEquals("31 91", server.size());
        Files.writeString(directory.resolve("gate"), "open\n");
        client.echo("y");
        client.assertHasChannel();
        client.tell("size 41 101");
        server.awaitSize(41, 101);
        String in = Run.of(directory, "tail", "-c", "1", "in").output();
        assertEquals("x", in);
      }
    }
  }

  @Test
  void aClientThatLeavesBeforeTheFirstOutputLeavesNoDescriptorBehind() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (int i = 0; i < 20; i++) {
        try (Sizer client = connect("30x" + (90 + i))) {
          // Half of them leave while the server still accepts the connection.
          if (i % 2 == 0) {
            server.awaitDescriptors(before + 3);
          }
          client.tell("leave");
        }
      }
      server.awaitDescriptors(before);
      server.awaitIdle();
      server.serveAnother();
    }
  }

  @Test
  void aClientThatNeverReadsLeavesNoDescriptorBehind() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = connect("30x90")) {
        assertEquals("sent", client.answer("bytes 50000"));
        // The client's end of the channel is in its socket, unread.
        server.awaitDescriptors(before + 2);
        server.awaitIdle();
        server.resize(50, 150);
      }
      server.awaitDescriptors(before);
      assertEquals("50 150", server.size());
      server.awaitIdle();
      server.serveAnother();
    }
  }

  @Test
  void aClientThatHalfClosesKeepsItsChannel() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = connectWithChannel()) {
      client.tell("finish");
      server.awaitIdle();
      client.tell("size 40 100");
      server.awaitSize(40, 100);
    }
  }

  @Test
  void aFloodOfSizesDoesNotDelayTheSessionOrTheNextClient() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = flooding()) {
        for (int i = 0; i < 100; i++) {
          client.echo("echo");
        }
      }
      server.serveAnother();
      server.awaitDescriptors(before);
    }
  }

  @Test
  void aFloodOfSizesDoesNotDelayASignal() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = flooding()) {
      client.echo("x");
      server.iosock().signal(15);
      assertEquals(128 + 15, server.iosock().exitCode());
    }
  }

  @Test
  void aFloodOfSizesDoesNotDelayTheExitOfTheCommand() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = flooding()) {
      client.echo("x");
      Proc.signal(server.iosock().commandPid(), 9);
      assertEquals(128 + 9, server.iosock().exitCode());
    }
  }

  private Sizer flooding() throws Exception {
    Sizer client = connectWithChannel();
    client.tell("flood");
    return client;
  }

  @Test
  void thirtyClientsLeaveNoDescriptorBehind() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (int i = 0; i < 30; i++) {
        try (Sizer client = connect("30x" + (90 + i))) {
          client.echo("x");
          client.tell("size 40 " + (100 + i));
          server.awaitSize(40, 100 + i);
        }
      }
      server.awaitDescriptors(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "31x91"})
  void theChannelOfAClientThatHasLeftNoLongerChangesTheSize(String next) throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer first = connectWithChannel()) {
      first.tell("size 40 100");
      server.awaitSize(40, 100);
      first.tell("leave");
      first.tell("closed");
      assertEquals("refused", first.answer("size 41 101"));
      try (Sizer client = next.isEmpty() ? Sizer.connect(directory) : connect(next)) {
        client.echo("x");
        assertEquals("refused", first.answer("size 42 102"));
        assertEquals(next.isEmpty() ? "40 100" : "31 91", server.size());
      }
    }
  }

  @Test
  void aSizeThatIsUnreadWhenTheNextClientAttachesIsDiscarded() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer first = connectWithChannel()) {
      Proc.signal(server.iosock().pid(), "-STOP");
      await().atMost(20, SECONDS).until(() -> Proc.state(server.iosock().pid()) == 'T');
      first.tell("size 40 100");
      first.tell("leave");
      try (Sizer client = connect("31x91")) {
        Proc.signal(server.iosock().pid(), "-CONT");
        client.echo("x");
        server.awaitIdle();
        assertEquals("31 91", server.size());
        client.tell("size 32 92");
        server.awaitSize(32, 92);
      }
    }
  }

  @Test
  void aRejectedClientGetsNoChannelAndChangesNoSize() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = connectWithChannel()) {
      client.tell("size 40 100");
      server.awaitSize(40, 100);
      int before = server.descriptors();
      try (Sizer rejected = connect("31x91")) {
        assertEquals("", rejected.answer("receive"));
        rejected.assertNothingPassed();
      }
      assertEquals("40 100", server.size());
      server.awaitDescriptors(before);
      client.tell("size 41 101");
      server.awaitSize(41, 101);
    }
  }

  @Test
  void aNameOfIosockWithoutAValidSizeGetsAChannelAndChangesNoSize() throws Exception {
    String[] names = {
      "@iosock/",
      "@iosock//",
      "@iosock/x/",
      "@iosock/24x/",
      "@iosock/x80/",
      "@iosock/0x0/",
      "@iosock/0x90/",
      "@iosock/30x0/",
      "@iosock/-1x5/",
      "@iosock/30x90",
      "@iosock/30X90/",
      "@iosock/30 90/",
      "@iosock/ 30x90/",
      "@iosock/30x90x1/",
      "@iosock/99999x1/",
      "@iosock/1x99999/",
      "@iosock/4097x90/",
      "@iosock/30x4097/",
      "@iosock/" + "1".repeat(100)
    };
    try (PtyServer server = PtyServer.echo(directory)) {
      int columns = 100;
      for (String name : names) {
        String size = server.size();
        try (Sizer client = Sizer.connectFromElsewhere(directory, name)) {
          client.echo("x");
          assertEquals(size, server.size(), name);
          client.assertHasChannel();
          client.tell("size 40 " + ++columns);
          server.awaitSize(40, columns);
        }
      }
      server.awaitIdle();
    }
  }

  @Test
  void anyOtherNameGetsNoChannelAndChangesNoSize() throws Exception {
    String[] names = {
      "",
      "@",
      "@i",
      "@iosoc",
      "@iosock",
      "@iosock30x90/",
      "@Iosock/30x90/",
      "@iosockets/30x90/",
      "@/iosock/30x90/",
      "@" + "/".repeat(107),
      "iosock/30x90/1"
    };
    // For the last one, which is a path.
    Files.createDirectories(directory.resolve("iosock/30x90"));
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (String name : names) {
        try (Sizer client = Sizer.connectFromElsewhere(directory, name)) {
          for (int i = 0; i < 20; i++) {
            client.echo("message");
          }
          client.assertNothingPassed();
          assertEquals(before + 1, server.descriptors(), name);
          assertEquals(PtyServer.INITIAL, server.size(), name);
        }
        server.awaitDescriptors(before);
      }
      server.awaitIdle();
    }
  }

  @Test
  void theLongestNameHasASizeToo() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      String name = Sizer.iosockName("4096x4096");
      try (Sizer client = Sizer.connect(directory, name + "1".repeat(108 - name.length()))) {
        server.awaitSize(4096, 4096);
        client.echo("x");
        client.assertHasChannel();
      }
    }
  }

  private Sizer connect(String size) throws Exception {
    return Sizer.connectAsIosock(directory, size);
  }

  /** A client without a size, once it has received its channel. */
  private Sizer connectWithChannel() throws Exception {
    Sizer client = connect(NO_SIZE);
    client.echo("x");
    client.assertHasChannel();
    return client;
  }
}
