package start;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import support.Root;
import support.Run;
import support.Tool;

/** {@code bin/iosock} is a program that needs nothing but /proc and the image around it. */
class LauncherIT {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));
  private static final String IOSOCK = IMAGE.resolve("bin/iosock").toString();

  @TempDir Path directory;

  @Test
  void itIsNoScript() throws Exception {
    Tool.require("cc", "gcc");
    try (InputStream file = Files.newInputStream(Path.of(IOSOCK))) {
      assertArrayEquals(new byte[] {0x7f, 'E', 'L', 'F'}, file.readNBytes(4));
    }
  }

  /** A file that cannot be executed hides each shell. */
  @Test
  void itNeedsNoShell() throws Exception {
    String hideShells =
        "for s in /bin/sh /bin/bash /bin/dash; do"
            + " if [ -e $s ]; then mount --bind /dev/null $(readlink -f $s); fi; done; ";
    assertEquals(
        new Run(126, "iosock: cannot run /bin/sh: Permission denied\n"),
        inMountNamespace(hideShells + "exec \"$1\" - /bin/sh"));
    assertEquals(
        new Run(0, "hello\n"), inMountNamespace(hideShells + "exec \"$1\" - /bin/echo hello"));
  }

  /** An image that is read-only, through links that are relative to one another, by any name. */
  @ParameterizedTest
  @ValueSource(strings = {"links/second", "./first", "\"$PWD/first\"", "java"})
  void theImageIsFoundThroughLinks(String program) throws Exception {
    Tool.require("setpriv", "util-linux");
    String script =
        "set -e; chmod 755 .; mkdir links; ln -s image/bin/iosock first; ln -s ../first"
            + " links/second; ln -s first java; mkdir image; mount --bind \"$0\" image; mount -o"
            + " remount,ro,bind image; PATH=$PWD:$PATH; exec "
            + String.join(" ", Root.user(65534, 65534))
            + " "
            + program
            + " - echo hello";
    assertEquals(new Run(0, "hello\n"), inMountNamespace(script));
  }

  @Test
  void withoutProcItSaysSo() throws Exception {
    assertEquals(
        new Run(125, "iosock: cannot read /proc/self/exe: No such file or directory\n"),
        inMountNamespace("mount -t tmpfs none /proc; exec \"$1\" - true"));
  }

  /** The kernel says only that a file is missing, and means the VM's dynamic loader. */
  @Test
  void withoutGlibcItSaysSo() throws Exception {
    String root =
        "set -e; mkdir proc; mount --bind /proc proc; cp -r \"$0/bin\" bin;"
            + " exec chroot . /bin/iosock - true";
    assertEquals(
        new Run(125, "iosock: cannot run the VM, which needs glibc: No such file or directory\n"),
        inMountNamespace(root));
  }

  @Test
  void withoutTheVmItSaysSo() throws Exception {
    String copy = "cp \"$1\" copy; exec ./copy - true";
    String name = directory.toRealPath().resolve("java").toString();
    assertEquals(
        new Run(125, "iosock: cannot run " + name + ": No such file or directory\n"),
        Run.of(directory, "sh", "-c", copy, IMAGE.toString(), IOSOCK));
  }

  /** Compiled for it, and run by user emulation, with a script in place of the VM. */
  @Test
  void itRunsOnAarch64() throws Exception {
    Tool.require("aarch64-linux-gnu-gcc", "gcc-aarch64-linux-gnu");
    Tool.require("qemu-aarch64-static", "qemu-user-static");
    String script =
        "set -e; mkdir bin; CC=aarch64-linux-gnu-gcc \"$1\" . true; cat >bin/java; chmod +x bin/java;"
            + " exec env -i --default-signal CLASSPATH=c qemu-aarch64-static bin/iosock - 'two words' ''";
    String vm = "#!/bin/sh\nprintf '%s\\n' \"$@\" \"$iLASSPATH$CLASSPATH$_JAVA_SR_SIGNUM\"\n";
    Path launcher = Path.of("src/main/image/launcher").toAbsolutePath();
    Run run = Run.withInput(directory, vm, "sh", "-c", script, "sh", launcher.toString());
    assertEquals(
        """
        -Xrs
        -Diosock.added-variable=_JAVA_SR_SIGNUM
        -Diosock.ignored-signals=0
        -Diosock.blocked-signals=0
        -Diosock.parent=N
        -Diosock.hidden-variables=:CLASSPATH
        -m
        iosock
        -
        two words

        c16
        """,
        run.output().replaceFirst("(parent=)\\d+", "$1N"));
  }

  /** The script's arguments are the image and the program. */
  private Run inMountNamespace(String script) throws IOException, InterruptedException {
    Root.require();
    Tool.require("unshare", "util-linux");
    List<String> line = new ArrayList<>(List.of("unshare", "--mount", "sh", "-c", script));
    line.addAll(List.of(IMAGE.toString(), IOSOCK));
    return Run.of(directory, line.toArray(String[]::new));
  }
}
