package iosock.socket;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import iosock.posix.Ascii;
import iosock.posix.Errno;
import iosock.posix.Libc;
import iosock.posix.SocketAddress;
import iosock.posix.Sockets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/**
 * Several processes at one path are several threads here, each with sockets of its own. They share
 * a umask, which is why no other test may run meanwhile.
 */
@Isolated
class PathBindingTest {

  private static final int ROUNDS = 300;
  private static final int RIVALS = 8;
  private static final int MODE = 0600;

  private final Libc libc = new Libc();
  private int umask;

  @TempDir Path directory;

  @BeforeEach
  void rememberUmask() {
    umask = libc.umask(0);
    libc.umask(umask);
  }

  @AfterEach
  void restoreUmask() {
    libc.umask(umask);
  }

  @Test
  void ofManyThatFindTheSameDeadSocketExactlyOneBinds() throws Exception {
    Path path = directory.resolve("s.sock");
    try (ExecutorService threads = Executors.newFixedThreadPool(RIVALS)) {
      for (int round = 0; round < ROUNDS; round++) {
        leaveDead(path);
        CyclicBarrier start = new CyclicBarrier(RIVALS);
        List<Future<Integer>> results =
            threads.invokeAll(Collections.nCopies(RIVALS, binding(start, path)));
        List<Integer> winners = new ArrayList<>();
        for (Future<Integer> result : results) {
          if (result.get() >= 0) {
            winners.add(result.get());
          } else {
            assertEquals(-Errno.EADDRINUSE, result.get());
          }
        }
        assertEquals(1, winners.size());
        assertEquals(-Errno.EADDRINUSE, bind(path));
        assertOnlyIs(path);
        libc.close(winners.getFirst());
      }
    }
  }

  private static Callable<Integer> binding(CyclicBarrier start, Path path) {
    return () -> {
      start.await();
      return bind(path);
    };
  }

  @Test
  void claimsOfProcessesThatHaveDiedAreReplaced() throws Exception {
    Path path = directory.resolve("s.sock");
    leaveDead(path);
    leaveDeadClaim(leaveDeadClaim(path));
    libc.close(bound(path));
    assertOnlyIs(path);
  }

  @Test
  void aClaimThatIsAliveHoldsOthersOff() throws Exception {
    Path path = directory.resolve("s.sock");
    leaveDead(path);
    int claim = bound(claimOf(path));
    assertEquals(-Errno.EADDRINUSE, bind(path));
    libc.close(claim);
    libc.close(bound(path));
    assertOnlyIs(path);
  }

  @Test
  void aPathWhoseDirectoryLeavesNoSpaceForAClaimIsReplacedToo() throws Exception {
    int length =
        SocketAddress.MAX_NAME - directory.toString().length() - "/".length() - "/s".length();
    Path path = Files.createDirectory(directory.resolve("d".repeat(length))).resolve("s");
    assertEquals(SocketAddress.MAX_NAME, path.toString().length());
    leaveDead(path);
    libc.close(bound(path));
    assertOnlyIs(path);
  }

  private void assertOnlyIs(Path path) throws Exception {
    try (Stream<Path> files = Files.list(path.getParent())) {
      assertEquals(List.of(path), files.toList());
    }
  }

  private void leaveDead(Path path) {
    libc.close(bound(path));
  }

  private Path leaveDeadClaim(Path path) throws Exception {
    Path claim = claimOf(path);
    leaveDead(claim);
    return claim;
  }

  private static Path claimOf(Path path) throws Exception {
    long inode = (long) Files.getAttribute(path, "unix:ino", LinkOption.NOFOLLOW_LINKS);
    return path.resolveSibling(".iosock-" + Long.toHexString(inode));
  }

  private static int bound(Path path) {
    int socket = bind(path);
    assertTrue(socket >= 0, path + ": " + socket);
    return socket;
  }

  /**
   * @return the bound socket; or a negative errno
   */
  private static int bind(Path path) {
    Libc own = new Libc();
    int socket = own.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC);
    int bound = PathBinding.bind(own, socket, new SocketName(Ascii.bytes(path.toString())), MODE);
    if (bound < 0) {
      own.close(socket);
      return bound;
    }
    return socket;
  }
}
