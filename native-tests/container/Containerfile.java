package container;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import support.Run;

/** Builds container images with the example Containerfile. */
final class Containerfile {

  /** The container image that is built; one that was built before loses the name. */
  static final String TAG = "localhost/iosock";

  private static final String BASE = "localhost/base";

  private Containerfile() {}

  /**
   * @param work an empty directory
   * @param image the directory that is copied to /opt/iosock
   */
  static void build(Podman podman, Path work, RootFileSystem base, Path image)
      throws IOException, InterruptedException {
    Path archive = work.resolve("base.tar");
    Run tar = Run.of(base.path(), "tar", "-cf", archive.toString(), ".");
    assertEquals(new Run(0, ""), tar);
    podman.run("import", archive.toString(), BASE);
    build(podman, BASE, image);
  }

  /**
   * On a base with no file at all.
   *
   * @param work an empty directory
   * @param command a program that needs no file, to be copied to the root
   */
  static void buildOnNothing(Podman podman, Path work, Path image, Path command)
      throws IOException, InterruptedException {
    build(podman, "scratch", image);
    Path name = command.getFileName();
    Files.copy(command, work.resolve(name));
    Path file = work.resolve("Containerfile");
    Files.writeString(file, "FROM " + TAG + "\nCOPY " + name + " /\n");
    podman.run("build", "--tag=" + TAG, "--file=" + file, work.toString());
  }

  private static void build(Podman podman, String base, Path image)
      throws IOException, InterruptedException {
    podman.run(
        "build",
        "--build-arg=BASE=" + base,
        "--tag=" + TAG,
        "--file=" + Examples.file("Containerfile"),
        image.toString());
  }
}
