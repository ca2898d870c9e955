package session;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Proc;
import support.Run;

/** Clients of a terminal that say its size wrongly, or use what is there to say it for mischief. */
class HostileSizeClientIT {

  /** SCM_MAX_FD. */
  private static final int MAX_DESCRIPTORS = 253;

  @TempDir Path directory;

  @Test
  void whatIsNoSizeIsIgnoredAndWhatComesAfterItIsNot() throws Exception {
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
        Sizer client = Sizer.connect(directory)) {
      client.tell("pass seqpacket");
      client.echo("x");
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

  /** It looks like the end of the side channel, and may be taken for it. */
  @Test
  void anEmptyMessageChangesNothing() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      try (Sizer client = Sizer.connect(directory)) {
        client.tell("pass seqpacket");
        client.echo("x");
        client.tell("message 0");
        client.echo("y");
        server.awaitIdle();
        assertEquals(PtyServer.INITIAL, server.size());
      }
      server.awaitDescriptors(before);
    }
  }

  @Test
  void aSideChannelThatEndsAtOnceEndsNothingElse() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (String how : new String[] {"close", "shut", "deafen"}) {
        try (Sizer client = Sizer.connect(directory)) {
          client.tell("pass seqpacket");
          client.tell(how);
          client.echo("x");
          server.awaitIdle();
          client.echo("y");
        }
        server.awaitDescriptors(before);
        assertEquals(PtyServer.INITIAL, server.size(), how);
      }
    }
  }

  @Test
  void anyDescriptorAtAllDoesNoHarm() throws Exception {
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
        try (Sizer client = Sizer.connect(directory)) {
          pass(client, kind);
          server.awaitIdle();
          client.echo("z");
          assertEquals(PtyServer.INITIAL, server.size(), kind);
        }
        server.awaitDescriptors(before);
      }
      server.serveAnother();
    }
  }

  private static void pass(Sizer client, String kinds) throws Exception {
    client.tell("pass " + kinds);
    client.echo("x");
    // Whether there is anybody to take it is the kernel's business.
    client.answer("line word");
    client.echo("y");
  }

  /** Kept open where it ends, it would never be seen to end. */
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

  @Test
  void whatIsTypedOnATerminalThatWasPassedIsNotRead() throws Exception {
    assertNothingIsRead("terminal", "line");
  }

  @Test
  void whatIsInAPipeThatWasPassedIsNotRead() throws Exception {
    assertNothingIsRead("pipe", "line");
  }

  private void assertNothingIsRead(String kind, String text) throws Exception {
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
  void aFileThatWasPassedStaysAtItsBeginning() throws Exception {
    Files.writeString(directory.resolve("file"), "12345678");
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = Sizer.connect(directory)) {
      client.tell("pass file");
      client.echo("x");
      server.awaitIdle();
      assertEquals("8", client.answer("unread"));
      assertEquals(PtyServer.INITIAL, server.size());
    }
  }

  /** Of a TCP socket the kernel throws away what MSG_TRUNC reads, and stores nothing. */
  @Test
  void aConnectionToElsewhereSaysNoSizeOfAnybodyElse() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      try (Sizer client = Sizer.connect(directory, name("30x90/"))) {
        client.echo("x");
        server.awaitSize(30, 90);
      }
      server.resize(50, 100);
      try (Sizer client = Sizer.connect(directory)) {
        client.tell("pass tcp");
        client.echo("x");
        client.tell("message 8");
        client.echo("y");
        server.awaitIdle();
        assertEquals("50 100", server.size());
      }
    }
  }

  @Test
  void aDescriptorBesideLaterBytesIsLeftToTheKernel() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = Sizer.connect(directory)) {
      client.echo("x");
      int before = server.descriptors();
      client.tell("pass seqpacket");
      client.echo("y");
      assertEquals("refused", client.answer("size 40 100"));
      assertEquals(before, server.descriptors());
      assertEquals(PtyServer.INITIAL, server.size());
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
  void manyBytesBesideTheDescriptorArriveWhole() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int columns = 100;
      for (int count : new int[] {4095, 4096, 4097, 5000, 100_000}) {
        try (Sizer client = Sizer.connect(directory)) {
          client.tell("pass seqpacket");
          assertEquals("sent", client.answer("bytes " + count));
          assertEquals("same", client.answer("echoed " + count), "of " + count);
          client.tell("size 40 " + ++columns);
          server.awaitSize(40, columns);
          client.echo("x");
        }
      }
    }
  }

  /** As they are behind the words of somebody who has left, and nobody reads those. */
  @Test
  void firstBytesThatHaveToWaitArriveWholeAndWithTheirDescriptor() throws Exception {
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
      try (Sizer client = Sizer.connect(directory, name("31x91/"))) {
        server.awaitSize(31, 91);
        client.tell("pass seqpacket");
        client.tell("send x");
        client.tell("size 41 101");
        server.awaitIdle();
        assertEquals("31 91", server.size());
        Files.writeString(directory.resolve("gate"), "open\n");
        server.awaitSize(41, 101);
        client.echo("y");
        String in = Run.of(directory, "tail", "-c", "1", "in").output();
        assertEquals("x", in);
      }
    }
  }

  @Test
  void aFloodHoldsUpNobodyElse() throws Exception {
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
  void aFloodDoesNotHoldUpTheEnd() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = flooding()) {
      client.echo("x");
      server.iosock().signal(15);
      assertEquals(128 + 15, server.iosock().exitCode());
    }
  }

  @Test
  void aFloodDoesNotHoldUpTheExitOfTheCommand() throws Exception {
    try (PtyServer server = PtyServer.echo(directory);
        Sizer client = flooding()) {
      client.echo("x");
      Proc.signal(server.iosock().commandPid(), 9);
      assertEquals(128 + 9, server.iosock().exitCode());
    }
  }

  private Sizer flooding() throws Exception {
    Sizer client = Sizer.connect(directory);
    client.tell("pass seqpacket");
    client.echo("x");
    client.tell("flood");
    return client;
  }

  @Test
  void thirtyThatCameAndWentLeaveNoDescriptorBehind() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      int before = server.descriptors();
      for (int i = 0; i < 30; i++) {
        try (Sizer client = Sizer.connect(directory, name("30x" + (90 + i) + "/"))) {
          client.tell("pass seqpacket");
          client.echo("x");
          client.tell("size 40 " + (100 + i));
          server.awaitSize(40, 100 + i);
        }
      }
      server.awaitDescriptors(before);
    }
  }

  @Test
  void aNameThatSaysNoSizeIsIgnored() throws Exception {
    String[] names = {
      "@",
      "@iosoc",
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
      "@iosockets/30x90/",
      "@/iosock/30x90/",
      "@iosock/" + "1".repeat(100),
      "@" + "/".repeat(107),
      "iosock/30x90/1"
    };
    // For the last one, which is a path.
    Files.createDirectories(directory.resolve("iosock/30x90"));
    try (PtyServer server = PtyServer.echo(directory)) {
      for (String name : names) {
        try (Sizer client = Sizer.connectFromElsewhere(directory, name)) {
          client.echo("x");
          assertEquals(PtyServer.INITIAL, server.size(), name);
        }
      }
      server.awaitIdle();
    }
  }

  @Test
  void theLongestNameSaysASizeToo() throws Exception {
    try (PtyServer server = PtyServer.echo(directory)) {
      String name = name("4096x4096/");
      try (Sizer client = Sizer.connect(directory, name + "1".repeat(108 - name.length()))) {
        server.awaitSize(4096, 4096);
        client.echo("x");
      }
    }
  }

  /** Abstract names are the whole machine's: other tests may run at the same time. */
  private static String name(String rest) {
    return "@iosock/" + rest + ProcessHandle.current().pid() + "-" + System.nanoTime();
  }
}
