package sharing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import support.Client;
import support.Idle;
import support.Iosock;
import support.Proc;
import support.Run;
import support.Tool;

/** EMFILE while a receiver is added: that connection is closed, and the others do not notice. */
class DescriptorShortageIT {

  @TempDir Path directory;

  @BeforeEach
  void requireTools() {
    Tool.require("prlimit", "util-linux");
  }

  /** The connection takes one descriptor, and its pipe two. */
  @ParameterizedTest
  @CsvSource({
    "-c 4,s.sock,1",
    "-c 4,s.sock,2",
    "-c 4 -r 64K,s.sock,1",
    "-c 4 -t,s.sock,2",
    "-p -c 4,s.sock,1",
    "-c 4 -o ./o.sock,o.sock,1",
    "-o ./o.sock,o.sock,2"
  })
  void aConnectionForWhichThereIsNoPipeIsClosed(String options, String socket, int free)
      throws Exception {
    String script = "stty raw -echo 2>/dev/null; while read x; do echo $x; done";
    try (Iosock iosock = Shared.running(directory, options, script);
        Client first = iosock.connect();
        Clients others = Clients.connect(directory.resolve(socket), 1)) {
      Client second = others.get(0);
      first.send("one\n").readUntil("one\n");
      second.readUntil("one\n");
      Idle.await(iosock.pid());
      int descriptors = Proc.descriptors(iosock.pid());
      long before = limit(iosock, free);
      for (int i = 0; i < 3; i++) {
        try (Client refused = Client.connect(directory.resolve(socket))) {
          assertEquals("", refused.readAllText());
        }
        first.send(i + "\n").readUntil(i + "\n");
        second.readUntil(i + "\n");
      }
      Idle.await(iosock.pid());
      assertEquals(descriptors, Proc.descriptors(iosock.pid()));
      setLimit(iosock, before);
      try (Client next = Client.connect(directory.resolve(socket))) {
        first.send("last\n").readUntil("last\n");
        second.readUntil("last\n");
        next.readUntil("last\n");
      }
      boolean isTee = options.endsWith("-t");
      assertEquals(isTee ? "one\n0\n1\n2\nlast\n" : "", iosock.output());
    }
  }

  /**
   * Leaves so many descriptors free.
   *
   * @return the soft limit before
   */
  private static long limit(Iosock iosock, int free) throws Exception {
    List<Integer> open = open(iosock);
    int limit = 0;
    for (int left = free; left > 0; limit++) {
      left -= open.contains(limit) ? 0 : 1;
    }
    String before =
        Run.of(Path.of("/"), "prlimit", "-p", "" + iosock.pid(), "-n", "-o", "SOFT", "--noheadings")
            .output()
            .strip();
    setLimit(iosock, limit);
    return Long.parseLong(before);
  }

  private static void setLimit(Iosock iosock, long soft) throws Exception {
    assertEquals(
        new Run(0, ""),
        Run.of(Path.of("/"), "prlimit", "-p", "" + iosock.pid(), "--nofile=" + soft + ":"));
  }

  private static List<Integer> open(Iosock iosock) throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/" + iosock.pid() + "/fd"))) {
      return all.map(each -> Integer.parseInt(each.getFileName().toString())).toList();
    }
  }
}
