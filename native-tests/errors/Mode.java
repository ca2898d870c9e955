package errors;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import support.Bytes;
import support.Client;
import support.Iosock;
import support.Server;
import support.Terminal;

/** A mode of iosock, with an exchange whose whole transcript is compared. */
enum Mode {
  PIPES {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      try (Iosock iosock = Iosock.running(directory, "cat")) {
        injection.into(iosock.pid(), directory);
        echo(iosock);
        return stop(iosock);
      }
    }
  },
  PTY {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      String raw = "stty raw -echo; echo ready; exec cat";
      try (Iosock iosock = Iosock.in(directory).startOnTerminal("sh", "-c", raw)) {
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
        injection.into(iosock.pid(), directory);
        echo(iosock);
        Outcome outcome = stop(iosock);
        assertEquals("ready\n", outcome.output());
        return outcome.withoutOutput();
      }
    }
  },
  SERVE {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      try (Iosock iosock =
          Iosock.in(directory).input(Redirect.PIPE).startWith("--serve", "./s.sock")) {
        iosock.awaitListening();
        injection.into(iosock.pid(), directory);
        try (Client client = iosock.connect()) {
          bothWays(iosock, client);
        }
        return Outcome.of(iosock);
      }
    }
  },
  CONNECT {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      try (Server server = Server.listen(directory.resolve("s.sock"));
          Iosock iosock =
              Iosock.in(directory).input(Redirect.PIPE).startWith("--connect", "./s.sock")) {
        try (Client peer = server.accept()) {
          injection.into(iosock.pid(), directory);
          bothWays(iosock, peer);
        }
        return Outcome.of(iosock);
      }
    }
  },
  ATTACH {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      try (Terminal terminal = Terminal.open(24, 80);
          Server server = Server.listen(directory.resolve("s.sock"))) {
        String settings = terminal.settings();
        Process process = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
        try (Client peer = server.accept()) {
          terminal.awaitText("attached to ./s.sock; Ctrl-\\ detaches\r\n");
          terminal.awaitRaw();
          injection.into(process.pid(), directory);
          terminal.type("typed");
          assertEquals("typed", peer.readText(5));
          peer.send("shown");
          terminal.awaitText("shown");
          terminal.type("again");
          assertEquals("again", peer.readText(5));
          peer.send("and again");
          terminal.awaitText("and again");
        }
        terminal.awaitText("closed by ./s.sock\r\n");
        int code = Terminal.exitCode(process);
        assertEquals(settings, terminal.settings());
        return new Outcome(code, "", "");
      }
    }
  },
  /** The server of a client that sends the size of its terminal. */
  SIZED {
    @Override
    Outcome exchange(Path directory, Injection injection) throws Exception {
      String raw = "stty raw -echo; echo ready; exec cat";
      try (Iosock iosock = Iosock.in(directory).startOnTerminal("sh", "-c", raw);
          Terminal terminal = Terminal.open(30, 90)) {
        await().atMost(20, SECONDS).until(() -> iosock.output().equals("ready\n"));
        injection.into(iosock.pid(), directory);
        Process client = terminal.startIosock(directory, "-p", "--connect", "./s.sock");
        terminal.awaitText("attached to ./s.sock; Ctrl-\\ detaches\r\n");
        terminal.awaitRaw();
        terminal.type("typed").awaitText("typed");
        terminal.resize(31, 91);
        if (injection.call().equals("recvfrom")) {
          resizeUntilFailure(terminal, directory);
        }
        terminal.type("again").awaitText("again");
        terminal.type("\034").awaitText("detached from ./s.sock\r\n");
        assertEquals(0, Terminal.exitCode(client));
        Outcome outcome = stop(iosock);
        return outcome.withoutOutput();
      }
    }
  };

  private static final int SIZE = 300_000;
  private static final int SIGTERM = 15;

  /** Has the exchange while calls fail; throws where a byte is lost, doubled or changed. */
  abstract Outcome exchange(Path directory, Injection injection) throws Exception;

  /** Two clients, one after the other, of a command that echoes. */
  private static void echo(Iosock iosock) throws Exception {
    byte[] sent = Bytes.random(SIZE, 1);
    try (Client client = iosock.connect()) {
      CompletableFuture<Void> sender = CompletableFuture.runAsync(client.sender(sent));
      assertArrayEquals(sent, client.read(SIZE));
      sender.join();
    }
    try (Client client = iosock.connect()) {
      assertEquals("again\n", client.send("again\n").readText(6));
    }
  }

  /** The server makes the call for each new size, but sizes that come at once are one. */
  private static void resizeUntilFailure(Terminal terminal, Path directory) {
    AtomicInteger rows = new AtomicInteger(31);
    await()
        .atMost(20, SECONDS)
        .until(
            () -> {
              terminal.resize(rows.getAndIncrement(), 91);
              return Injection.happened(directory);
            });
  }

  private static Outcome stop(Iosock iosock) throws Exception {
    iosock.signal(SIGTERM);
    return Outcome.of(iosock);
  }

  /** Bulk data between iosock's stdio and its peer, and both ends of file. */
  private static void bothWays(Iosock iosock, Client peer) throws Exception {
    byte[] in = Bytes.random(SIZE, 2);
    byte[] out = Bytes.random(SIZE, 3);
    CompletableFuture<Void> sender = CompletableFuture.runAsync(peer.sender(out));
    CompletableFuture<Void> writer =
        CompletableFuture.runAsync(
            () -> {
              try (var stdin = iosock.process().getOutputStream()) {
                stdin.write(in);
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertArrayEquals(in, peer.readAll());
    sender.join();
    writer.join();
    Path stdout = iosock.directory().resolve("stdout");
    await().atMost(20, SECONDS).until(() -> Files.size(stdout) == SIZE);
    assertArrayEquals(out, Files.readAllBytes(stdout));
    Files.write(stdout, new byte[0]);
  }
}
