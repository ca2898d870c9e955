package support;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What proc(5) says about a process. */
public final class Proc {

  /** Of a listening socket, in /proc/net/unix. */
  private static final String SO_ACCEPTCON = "00010000";

  private static final Pattern SOCKET = Pattern.compile("socket:\\[(\\d+)]");

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

  /**
   * The thread that runs main: in a VM the second one, for which the first only waits; otherwise
   * the only one.
   */
  public static long mainThread(long pid) {
    try (Stream<Path> threads = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return threads
          .mapToLong(thread -> Long.parseLong(thread.getFileName().toString()))
          .filter(thread -> thread != pid)
          .min()
          .orElse(pid);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ticks of CPU time, hundredths of a second, that a process has used. */
  public static long ticks(long pid) {
    String[] fields = stat(pid);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }

  /** How many system calls to write a process has made. */
  public static long writes(long pid) {
    return read(Path.of("/proc/" + pid + "/io"))
        .lines()
        .filter(line -> line.startsWith("syscw:"))
        .mapToLong(line -> Long.parseLong(line.substring("syscw:".length()).strip()))
        .findFirst()
        .orElseThrow();
  }

  /** One letter: S sleeps, R runs, T is stopped, Z is a zombie. */
  public static char state(long pid) {
    return stat(pid)[0].charAt(0);
  }

  public static int descriptors(long pid) {
    return Path.of("/proc/" + pid + "/fd").toFile().list().length;
  }

  /** What a descriptor is open on; empty if it is closed. */
  public static String target(long pid, int fd) {
    return target(Path.of("/proc/" + pid + "/fd/" + fd));
  }

  /**
   * The flags of an open file as open(2) takes them; all processes that share the file share them.
   */
  public static int flags(long pid, int fd) {
    return read(Path.of("/proc/" + pid + "/fdinfo/" + fd))
        .lines()
        .filter(line -> line.startsWith("flags:"))
        .mapToInt(line -> Integer.parseInt(line.substring("flags:".length()).strip(), 8))
        .findFirst()
        .orElseThrow();
  }

  /** How many sockets a process has open. */
  public static int sockets(long pid) {
    return inodesOfSockets(pid).size();
  }

  /** Whether one of a process's Unix sockets listens, which it does only after its path exists. */
  public static boolean isListening(long pid) {
    List<String> inodes = inodesOfSockets(pid);
    return read(Path.of("/proc/net/unix"))
        .lines()
        .map(line -> line.split(" +"))
        .anyMatch(fields -> fields[3].equals(SO_ACCEPTCON) && inodes.contains(fields[6]));
  }

  /**
   * Whether a process listens on an abstract socket.
   *
   * @param name with the at sign
   */
  public static boolean isListening(String name) {
    return read(Path.of("/proc/net/unix"))
        .lines()
        .map(line -> line.split(" +", 8))
        .anyMatch(
            fields ->
                fields.length == 8 && fields[3].equals(SO_ACCEPTCON) && fields[7].equals(name));
  }

  private static List<String> inodesOfSockets(long pid) {
    List<String> inodes = new ArrayList<>();
    try (Stream<Path> descriptors = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path descriptor : (Iterable<Path>) descriptors::iterator) {
        Matcher socket = SOCKET.matcher(target(descriptor));
        if (socket.matches()) {
          inodes.add(socket.group(1));
        }
      }
    } catch (IOException | UncheckedIOException gone) {
      return List.of();
    }
    return inodes;
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  /** Whether a process has ended; its parent may not have reaped it yet. */
  public static boolean isGone(long pid) {
    try {
      return "ZX".indexOf(state(pid)) >= 0;
    } catch (UncheckedIOException gone) {
      return true;
    }
  }

  /** Kills processes, and waits until they have ended. */
  public static void killAll(List<ProcessHandle> processes) {
    processes.forEach(ProcessHandle::destroyForcibly);
    await().atMost(30, SECONDS).until(() -> processes.stream().allMatch(p -> isGone(p.pid())));
  }

  /** A process and its descendants. */
  public static List<ProcessHandle> tree(ProcessHandle root) {
    List<ProcessHandle> all = new ArrayList<>(root.descendants().toList());
    all.add(root);
    return all;
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
    assertEquals(0, Forks.start(new ProcessBuilder("kill", signal, "" + pid)).waitFor());
  }

  /** The fields after the program's name; the name may contain any character. */
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
