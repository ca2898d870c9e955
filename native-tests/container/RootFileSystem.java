package container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import support.Run;
import support.Tool;

/**
 * The root file system of a container: programs of this machine, and the libraries that they need.
 */
final class RootFileSystem {

  /** The path of the image in it. */
  static final String IOSOCK = "/opt/iosock";

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));

  /** A library in a line of ldd(1). */
  private static final Pattern LIBRARY = Pattern.compile("(?:=> |\t)(/\\S+) \\(0x");

  private final Path path;

  private RootFileSystem(Path path) {
    this.path = path;
  }

  /**
   * @param directory an empty one
   * @param programs to be copied to its /bin
   */
  static RootFileSystem of(Path directory, String... programs)
      throws IOException, InterruptedException {
    RootFileSystem files = new RootFileSystem(directory);
    Files.createDirectory(directory.resolve("tmp"));
    // Podman would create a symbolic link, which leads out of it.
    Files.createFile(Files.createDirectory(directory.resolve("etc")).resolve("mtab"));
    for (String program : programs) {
      Path from = Path.of("/bin", program);
      files.copy(from, "/bin/" + program);
      files.copyLibraries(from);
    }
    return files;
  }

  /**
   * No library, and one program that needs none: busybox, which is each of these by its name.
   *
   * @param directory an empty one
   */
  static RootFileSystem ofBusybox(Path directory, String... programs) throws IOException {
    RootFileSystem files = new RootFileSystem(directory);
    files.copy(busybox(), "/bin/busybox");
    for (String program : programs) {
      Files.createSymbolicLink(directory.resolve("bin/" + program), Path.of("busybox"));
    }
    return files;
  }

  /** Linked statically. */
  static Path busybox() {
    Tool.requireFile("/bin/busybox", "busybox-static");
    return Path.of("/bin/busybox");
  }

  /** Adds files with their paths below {@code root}. */
  RootFileSystem with(Path root) throws IOException, InterruptedException {
    assertEquals(new Run(0, ""), Run.of(path, "cp", "-a", root + "/.", "."));
    return this;
  }

  /** Adds the libraries that the image needs, but not the image. */
  RootFileSystem withItsLibraries() throws IOException, InterruptedException {
    copyLibraries(IMAGE.resolve("bin/java"));
    try (Stream<Path> files = Files.walk(IMAGE.resolve("lib"))) {
      for (Path file : (Iterable<Path>) files::iterator) {
        if (file.toString().endsWith(".so")) {
          copyLibraries(file);
        }
      }
    }
    return this;
  }

  /** Adds the image, and a link to its program in /usr/local/bin. */
  RootFileSystem withImage() throws IOException, InterruptedException {
    Path target = path.resolve(IOSOCK.substring(1));
    Files.createDirectories(target.getParent());
    assertEquals(new Run(0, ""), Run.of(path, "cp", "-r", "" + IMAGE, "" + target));
    Path programs = Files.createDirectories(path.resolve("usr/local/bin"));
    Files.createSymbolicLink(programs.resolve("iosock"), Path.of(IOSOCK, "bin/iosock"));
    return withItsLibraries();
  }

  private void copyLibraries(Path binary) throws IOException, InterruptedException {
    Run ldd = Run.of(path, "ldd", binary.toString());
    assertEquals(0, ldd.exitCode(), ldd.output());
    Matcher library = LIBRARY.matcher(ldd.output());
    while (library.find()) {
      if (!library.group(1).startsWith(IMAGE.toString())) {
        copy(Path.of(library.group(1)), library.group(1));
      }
    }
  }

  private void copy(Path from, String to) throws IOException {
    Path target = path.resolve(to.substring(1));
    if (!Files.exists(target)) {
      Files.createDirectories(target.getParent());
      Files.copy(from, target);
    }
  }

  Path path() {
    return path;
  }

  /** Size and time of change of every file and directory. */
  SortedMap<String, String> listing() throws IOException {
    SortedMap<String, String> listing = new TreeMap<>();
    try (Stream<Path> files = Files.walk(path)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        Map<String, Object> facts =
            Files.readAttributes(file, "unix:size,ctime", LinkOption.NOFOLLOW_LINKS);
        listing.put(path.relativize(file).toString(), facts.toString());
      }
    }
    return listing;
  }
}
