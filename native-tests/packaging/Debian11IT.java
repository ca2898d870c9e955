package packaging;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import support.Build;
import support.Bytes;
import support.Client;
import support.Debian11;
import support.Dist;
import support.Iosock;
import support.Run;
import support.Tool;

/** The plain image on an old glibc: it must not need a newer one than 2.28. */
class Debian11IT {

  private static final int NEWEST_MINOR_VERSION = 28;
  private static final int SIGTERM = 15;
  private static final int SIGUSR1 = 10;

  /** A versioned symbol in a line of objdump(1): its version and its name. */
  private static final Pattern SYMBOL = Pattern.compile("GLIBC_2\\.(\\d+)\\S* +(\\w+)$");

  @TempDir Path directory;

  @BeforeAll
  static void requireLibc() {
    Debian11.files();
  }

  @Test
  void everyModeOfTheUnpackedArchiveRuns() throws Exception {
    List<String> line = new ArrayList<>(List.of("sh", "-c", EVERY_MODE, "sh"));
    line.addAll(Debian11.loader());
    Path archive = Files.createDirectory(directory.resolve("archive"));
    line.add(Dist.PLAIN.unpackInto(archive).resolve("bin/java").toString());
    line.addAll(List.of("-m", "iosock"));
    Run run = Run.of(directory, line.toArray(String[]::new));
    assertEquals(
        """
        iosock VERSION
        pipes: 1
        2\r
        pty: 2\r
        served
        terminal\r
        iosock: cannot run nosuch: No such file or directory
        127
        iosock: cannot bind nosuch/s.sock: No such file or directory
        125
        """,
        run.output().replaceFirst("(?m)^iosock [0-9.]+$", "iosock VERSION"));
  }

  /** Each server answers one client, which tries until it is there; a terminal echoes. */
  private static final String EVERY_MODE =
      """
      say() {
        until echo "$1" | "$iosock" --connect ./s.sock 2>errors; do
          grep -v 'No such file\\|refused' errors && exit
        done
      }
      printf '#!/bin/sh\\nexec' >iosock
      printf " '%s'" "$@" >>iosock
      echo ' "$@"' >>iosock
      chmod +x iosock
      iosock=./iosock
      $iosock --version
      $iosock ./s.sock sh -c 'read x; echo "pipes: $x"' & say 1; wait $!
      $iosock -p ./s.sock sh -c 'read x; echo "pty: $x"' >/dev/null & say 2; wait $!
      echo served | $iosock --serve ./s.sock >/dev/null & say 3; wait $!
      $iosock -p - echo terminal
      $iosock ./s.sock nosuch; echo $?
      $iosock nosuch/s.sock true; echo $?
      """;

  @Test
  void noLibraryOfThisMachineIsUsed() throws Exception {
    try (Iosock iosock = running("cat")) {
      String image = System.getProperty("iosock.image");
      TreeSet<String> libraries = new TreeSet<>();
      for (String line : Files.readAllLines(Path.of("/proc/" + iosock.pid() + "/maps"))) {
        String file = line.replaceFirst("[^/]*", "");
        if (file.contains(".so")) {
          libraries.add(file);
        }
      }
      assertTrue(libraries.contains(Debian11.libraries().resolve("libc-2.31.so").toString()));
      libraries.removeIf(
          file -> file.startsWith(image + "/") || file.startsWith(Debian11.libraries() + "/"));
      assertEquals(new TreeSet<>(), libraries);
    }
  }

  @Test
  void bytesAndSignalsArePassedOn() throws Exception {
    byte[] bytes = Bytes.random(8 << 20, 11);
    String script =
        "trap 'echo USR1' USR1; trap 'exit 9' TERM; head -c "
            + bytes.length
            + "; while :; do read x; done";
    try (Iosock iosock = running("sh", "-c", script);
        Client client = iosock.connect()) {
      Thread sender = Thread.ofPlatform().start(client.sender(bytes));
      assertEquals(-1, Arrays.mismatch(bytes, client.read(bytes.length)));
      sender.join();
      iosock.signal(SIGUSR1);
      assertEquals("USR1", client.readLine());
      iosock.signal(SIGTERM);
      assertEquals(9, iosock.exitCode());
      assertEquals("", iosock.errors());
    }
  }

  private Iosock running(String... command) throws IOException {
    return Iosock.in(directory)
        .as(Build.VM)
        .under(Debian11.loader().toArray(String[]::new))
        .start(command)
        .awaitCommand();
  }

  /** As the version of each symbol says, in which the libc of Debian 11 has it. */
  @Test
  void everyFunctionThatIosockCallsIsInGlibc228() throws Exception {
    Map<String, Integer> inLibc = symbols(Debian11.libraries().resolve("libc-2.31.so"));
    TreeSet<String> called = new TreeSet<>();
    Path sources = Path.of(System.getProperty("iosock.sources")).resolveSibling("src/main/java");
    try (Stream<Path> files = Files.walk(sources)) {
      for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
        Pattern.compile("\\bfunction\\(\"(\\w+)\"\\)")
            .matcher(Files.readString(file))
            .results()
            .map(call -> call.group(1))
            .forEach(called::add);
      }
    }
    assertTrue(called.contains("statx"), called.toString());
    called.removeIf(name -> inLibc.getOrDefault(name, Integer.MAX_VALUE) <= NEWEST_MINOR_VERSION);
    assertEquals(new TreeSet<>(), called);
  }

  @Test
  void everyFileOfTheImageNeedsNoNewerGlibc() throws Exception {
    Map<String, Integer> newer = new TreeMap<>();
    boolean any = false;
    try (Stream<Path> files = Files.walk(Path.of(System.getProperty("iosock.image")))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().matches(".*(\\.so|/bin/java)")) {
          Map<String, Integer> needed = symbols(file);
          any |= !needed.isEmpty();
          newer.putAll(needed);
        }
      }
    }
    assertTrue(any);
    newer.values().removeIf(version -> version <= NEWEST_MINOR_VERSION);
    assertEquals(Map.of(), newer);
  }

  /** Of glibc, with the second number of its version in which each one first was as it is. */
  private static Map<String, Integer> symbols(Path file) throws IOException, InterruptedException {
    Tool.require("objdump", "binutils");
    Run objdump = Run.of(file.getParent(), "objdump", "-T", file.toString());
    assertEquals(0, objdump.exitCode(), objdump.output());
    Map<String, Integer> symbols = new TreeMap<>();
    for (String line : objdump.output().lines().toList()) {
      Matcher symbol = SYMBOL.matcher(line);
      if (symbol.find()) {
        symbols.merge(symbol.group(2), Integer.parseInt(symbol.group(1)), Math::max);
      }
    }
    return symbols;
  }
}
