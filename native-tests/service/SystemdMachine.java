package service;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import support.Forks;
import support.Proc;
import support.Run;
import support.Tool;

/**
 * systemd as process 1 of namespaces and of a cgroup of its own, with the programs of this machine
 * and no units but those that the test gives it. Closing it ends all of that; so does the end of
 * the tests, even by SIGKILL, except for empty cgroups.
 */
final class SystemdMachine implements AutoCloseable {

  private static final Path IMAGE = Path.of(System.getProperty("iosock.image"));

  /** Units that others depend on by default; empty here. */
  private static final List<String> TARGETS =
      List.of("sysinit", "basic", "sockets", "shutdown", "multi-user");

  /** Makes the cgroup, and removes it with all below it when process 1 has ended. */
  private static final String OUTSIDE =
      """
      set -e
      mount --make-rprivate /
      mkdir cgroup
      mount -t cgroup2 none cgroup
      own=cgroup$(sed -n s/^0:://p /proc/self/cgroup)
      new=$own/iosock-test-$$
      mkdir "$new"
      echo $$ >"$new/cgroup.procs"
      set +e
      unshare --mount --pid --fork --kill-child --cgroup --net --uts --ipc bash -c "$INSIDE" &
      read
      kill -KILL $(cat /proc/$!/task/$!/children)
      wait $!
      echo $$ >"$own/cgroup.procs"
      find "$new" -depth -type d -exec rmdir {} +
      """;

  /** Makes a root directory with this machine's /usr, and executes systemd there. */
  private static final String INSIDE =
      """
      set -e
      mount -t tmpfs none root
      cp -r etc root/
      cd root
      mkdir -p usr proc sys dev run tmp var/log opt/iosock root old
      mount --rbind /usr usr
      for i in bin sbin lib lib64; do
        if [ -L /$i ]; then cp -P /$i $i; elif [ -e /$i ]; then mkdir $i; mount --rbind /$i $i; fi
      done
      mount --rbind "$IMAGE" opt/iosock
      mount -t proc none proc
      mount -t sysfs -o ro none sys
      mount -t cgroup2 none sys/fs/cgroup
      for i in null zero full random urandom tty; do
        touch dev/$i; mount --bind /dev/$i dev/$i
      done
      mkdir dev/pts dev/shm
      mount -t devpts -o newinstance,ptmxmode=666 none dev/pts
      ln -s pts/ptmx dev/ptmx
      mount -t tmpfs none run
      cp /etc/ld.so.cache etc/
      echo 0123456789abcdef0123456789abcdef >etc/machine-id
      echo 'root:x:0:0:root:/root:/bin/sh' >etc/passwd
      echo 'root:x:0:' >etc/group
      printf 'passwd: files systemd\\ngroup: files systemd\\n' >etc/nsswitch.conf
      pivot_root . old
      umount -l old
      exec env -i container=iosock PATH=/usr/bin:/bin SYSTEMD_UNIT_PATH=/etc/systemd/system \\
        /lib/systemd/systemd --system --unit=multi-user.target --log-target=null --show-status=no
      """;

  private final Path directory;
  private final Process outside;
  private final long init;

  private SystemdMachine(Path directory, Process outside, long init) {
    this.directory = directory;
    this.outside = outside;
    this.init = init;
  }

  /** Its configuration. */
  static final class Builder {

    private final Path directory;
    private final Path units;

    private Builder(Path directory) throws IOException {
      this.directory = directory;
      units = Files.createDirectories(directory.resolve("etc/systemd/system"));
      for (String target : TARGETS) {
        with(target + ".target", "[Unit]\nDescription=" + target + "\nDefaultDependencies=no\n");
      }
    }

    /** A unit, or a drop-in of one. */
    Builder with(String name, String text) throws IOException {
      Path file = units.resolve(name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
      return this;
    }

    /** Returns when systemd has started all units that are wanted. */
    SystemdMachine boot() throws IOException, InterruptedException {
      Tool.require("unshare", "util-linux");
      Tool.require("nsenter", "util-linux");
      Tool.requireFile("/lib/systemd/systemd", "systemd");
      Tool.requireToRun(
          Run.of(directory, "unshare", "--mount", "--pid", "--fork", "true"),
          "namespaces need root");
      Files.createDirectory(directory.resolve("root"));
      ProcessBuilder builder =
          new ProcessBuilder("unshare", "--mount", "bash", "-c", OUTSIDE)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("output").toFile());
      builder.environment().put("INSIDE", INSIDE);
      builder.environment().put("IMAGE", IMAGE.toString());
      Process outside = Forks.start(builder);
      try {
        return awaitSystemd(outside);
      } catch (Throwable failure) {
        Proc.killAll(Proc.tree(outside.toHandle()));
        throw failure;
      }
    }

    private SystemdMachine awaitSystemd(Process outside) throws IOException, InterruptedException {
      long[] init = {0};
      await()
          .atMost(60, SECONDS)
          .until(() -> !outside.isAlive() || (init[0] = systemd(outside.pid())) != 0);
      assertEquals("", Files.readString(directory.resolve("output")));
      SystemdMachine machine = new SystemdMachine(directory, outside, init[0]);
      await().atMost(60, SECONDS).until(machine::isRunning);
      return machine;
    }

    /** What unshare(1) has forked, once it has executed systemd; 0 before. */
    private static long systemd(long outside) {
      for (long unshare : Proc.children(outside)) {
        for (long init : Proc.children(unshare)) {
          if (Proc.program(init).endsWith("/systemd")) {
            return init;
          }
        }
      }
      return 0;
    }
  }

  /**
   * @param directory an empty one
   */
  static Builder in(Path directory) throws IOException {
    return new Builder(directory);
  }

  /** Runs a program in the machine. */
  Run run(String... command) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("nsenter", "--target=" + init));
    line.addAll(List.of("--mount", "--pid", "--net", "--uts", "--ipc", "--cgroup"));
    line.addAll(List.of(command));
    return Run.of(directory, line.toArray(String[]::new));
  }

  /** Runs systemctl(1), which must succeed. */
  String systemctl(String... arguments) throws IOException, InterruptedException {
    List<String> line = new ArrayList<>(List.of("systemctl"));
    line.addAll(List.of(arguments));
    Run run = run(line.toArray(String[]::new));
    assertEquals(0, run.exitCode(), () -> String.join(" ", arguments) + ": " + run.output());
    return run.output();
  }

  private boolean isRunning() throws IOException, InterruptedException {
    return run("systemctl", "is-active", "multi-user.target").equals(new Run(0, "active\n"));
  }

  /** A property of a unit, as systemctl(1) shows it. */
  String show(String unit, String property) throws IOException, InterruptedException {
    return systemctl("show", "--value", "--property=" + property, unit).strip();
  }

  /** A file of the machine, for this process. */
  Path file(String path) {
    return Path.of("/proc/" + init + "/root" + path);
  }

  @Override
  public void close() throws IOException {
    // The shell ends process 1, and with it every process of its namespace, and then itself.
    outside.getOutputStream().close();
    try {
      outside.waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
