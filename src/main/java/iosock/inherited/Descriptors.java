package iosock.inherited;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.StringTokenizer;

/**
 * The open descriptors of this process: those that it has inherited, which the command inherits
 * too, and those of the VM, which the command must not get.
 */
public final class Descriptors {

  private static final int MAX_PATH = 4096;
  private static final String DESCRIPTORS = "/proc/self/fd/";

  private final Libc libc;

  /** Above 2. */
  private final List<Integer> inherited = new ArrayList<>();

  public Descriptors(Libc libc) {
    this.libc = libc;
  }

  /**
   * Opens /dev/null for each standard descriptor that is closed, so that no file opened later gets
   * its number. Must be called before anything is opened.
   */
  public void ensureStdioOpen() {
    NativeBuffer devNull = NativeBuffer.string("/dev/null");
    for (int fd = 0; fd <= 2; fd++) {
      if (libc.fcntl(fd, Fcntl.F_GETFD, 0) == -Errno.EBADF) {
        // The lowest free number is this one: open(2).
        Failure.check(libc.open(devNull, Fcntl.O_RDWR), "open", "/dev/null");
      }
    }
  }

  /**
   * The VM opens its class library and the jar without close-on-exec; this adds it. Other files
   * that are open without it are inherited.
   *
   * @param arguments with the name of the jar
   */
  public void setCloexecOnVmDescriptors(Arguments arguments) {
    byte[] home = javaHome();
    List<FileStatus> jars = jars(arguments);
    for (String name : new File(DESCRIPTORS).list()) {
      int fd = Integer.parseInt(name);
      NativeBuffer link = NativeBuffer.string(DESCRIPTORS + name);
      if (isBelow(home, link) || isAnyOf(jars, link)) {
        libc.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
      } else if (fd > 2 && libc.fcntl(fd, Fcntl.F_GETFD, 0) == 0) {
        inherited.add(fd);
      }
    }
  }

  /**
   * Closes what was inherited above standard error, once the command has it: what the command
   * closes is then closed. To be called after {@link #setCloexecOnVmDescriptors}.
   */
  public void closeInherited() {
    for (int fd : inherited) {
      libc.close(fd);
    }
    inherited.clear();
  }

  /** The VM's directory, with a slash at its end. The system property for it is decoded text. */
  private byte[] javaHome() {
    byte[] program = target(NativeBuffer.string("/proc/self/exe"));
    int end = program.length;
    for (int component = 0; component < 2; component++) {
      end--;
      while (end > 0 && program[end] != '/') {
        end--;
      }
    }
    return Arrays.copyOf(program, end + 1);
  }

  private boolean isBelow(byte[] directory, NativeBuffer link) {
    byte[] path = target(link);
    return path.length >= directory.length
        && Arrays.equals(path, 0, directory.length, directory, 0, directory.length);
  }

  private byte[] target(NativeBuffer link) {
    NativeBuffer path = new NativeBuffer(MAX_PATH);
    return path.get(0, Math.max(libc.readlink(link, path), 0));
  }

  /** The jar of the command line, and the class path, which the environment may have set. */
  private List<FileStatus> jars(Arguments arguments) {
    List<FileStatus> jars = new ArrayList<>();
    addIfExists(NativeBuffer.string(arguments.vmArguments().getLast()), jars);
    StringTokenizer classPath =
        new StringTokenizer(System.getProperty("java.class.path"), File.pathSeparator);
    while (classPath.hasMoreTokens()) {
      addIfExists(
          NativeBuffer.string(classPath.nextToken().getBytes(StandardCharsets.UTF_8)), jars);
    }
    return jars;
  }

  private void addIfExists(NativeBuffer path, List<FileStatus> files) {
    FileStatus status = new FileStatus();
    if (libc.statx(Fcntl.AT_FDCWD, path, 0, status) == 0) {
      files.add(status);
    }
  }

  private boolean isAnyOf(List<FileStatus> files, NativeBuffer link) {
    FileStatus open = new FileStatus();
    if (libc.statx(Fcntl.AT_FDCWD, link, 0, open) < 0) {
      return false;
    }
    for (FileStatus file : files) {
      if (file.isSameFile(open)) {
        return true;
      }
    }
    return false;
  }
}
