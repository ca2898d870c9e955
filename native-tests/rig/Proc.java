package rig;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What proc(5) tells of a process. */
public final class Proc {

  private Proc() {}

  /** The children of all of a process's threads, zombies too. */
  public static List<Long> children(long pid) {
    List<Long> children = new ArrayList<>();
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      for (Path thread : (Iterable<Path>) threads::iterator) {
        for (String child : read(thread.resolve("children")).split(" ")) {
          if (!child.isEmpty()) {
            children.add(Long.parseLong(child));
          }
        }
      }
    } catch (IOException | UncheckedIOException gone) {
      return List.of();
    }
    return children;
  }

  /** The path of the program that a process runs; empty if it is gone or a zombie. */
  public static String program(long pid) {
    try {
      return Files.readSymbolicLink(Path.of("/proc/" + pid + "/exe")).toString();
    } catch (IOException gone) {
      return "";
    }
  }

  /** The VM's thread that called the program's main; the process's first one only waits for it. */
  public static long mainThread(long pid) throws IOException {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads
          .mapToLong(thread -> Long.parseLong(thread.getFileName().toString()))
          .filter(thread -> thread != pid)
          .min()
          .orElseThrow();
    }
  }

  /** Ticks of CPU time, hundredths of a second, that a process has used. */
  public static long ticks(long pid) {
    String[] fields = stat(pid);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** One letter: S sleeps, R runs, T is stopped, Z is a zombie. */
  public static char state(long pid) {
    return stat(pid)[0].charAt(0);
  }

  public static int descriptors(long pid) {
    return Path.of("/proc/" + pid + "/fd").toFile().list().length;
  }

  public static boolean exists(long pid) {
    return Files.exists(Path.of("/proc/" + pid));
  }

  /** A line of /proc/PID/status, without its name. */
  public static String status(long pid, String name) {
    return read(Path.of("/proc/" + pid + "/status"))
        .lines()
        .filter(line -> line.startsWith(name + ":"))
        .map(line -> line.substring(name.length() + 1).strip())
        .findFirst()
        .orElseThrow();
  }

  public static void signal(long pid, int number) throws IOException, InterruptedException {
    signal(pid, "-" + number);
  }

  /**
   * @param signal as kill(1) takes it, with a dash
   */
  public static void signal(long pid, String signal) throws IOException, InterruptedException {
    assertEquals(0, new ProcessBuilder("kill", signal, "" + pid).start().waitFor());
  }

  /** The fields after the program's name, which may hold anything. */
  private static String[] stat(long pid) {
    String stat = read(Path.of("/proc/" + pid + "/stat"));
    return stat.substring(stat.lastIndexOf(')') + 2).split(" ");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
