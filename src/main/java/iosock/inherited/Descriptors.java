package iosock.inherited;

import static iosock.posix.Failure.check;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Fcntl;
import iosock.posix.FileStatus;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.posix.ProcFile;
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
  private static final String PROGRAM = "/proc/self/exe";
  private static final String DESCRIPTORS = "/proc/self/fd/";

  private final Libc libc;
  private final NativeBuffer path = new NativeBuffer(MAX_PATH);
  private final FileStatus open = new FileStatus();

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
        check(libc.open(devNull, Fcntl.O_RDWR), "open", "/dev/null");
      }
    }
  }

  /**
   * The VM opens its class library and the jar without close-on-exec; this adds it. Other files
   * that are open without it are inherited.
   *
   * @param arguments with the name of the jar
   * @throws Failure if /proc does not say which files are open
   */
  public void setCloexecOnVmDescriptors(Arguments arguments) {
    byte[] home = javaHome();
    List<FileStatus> jars = jars(arguments);
    int end =
        Integer.parseInt(ProcFile.statusField(ProcFile.read(libc, ProcFile.STATUS), "FDSize"));
    for (int fd = 0; fd < end; fd++) {
      boolean staysOpen = libc.fcntl(fd, Fcntl.F_GETFD, 0) == 0;
      // Neither closed, nor close-on-exec already.
      if (staysOpen && isVms(fd, home, jars)) {
        libc.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
      } else if (staysOpen && fd > 2) {
        inherited.add(fd);
      }
    }
  }

  /**
   * Keeps a descriptor that was inherited above standard error from the command. To be called after
   * {@link #setCloexecOnVmDescriptors}.
   *
   * @return whether it was inherited
   */
  boolean take(int fd) {
    boolean isInherited = inherited.remove(Integer.valueOf(fd));
    if (isInherited) {
      libc.fcntl(fd, Fcntl.F_SETFD, Fcntl.FD_CLOEXEC);
    }
    return isInherited;
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
    int length = libc.readlink(NativeBuffer.string(PROGRAM), path);
    byte[] program = path.get(0, check(length, "read", PROGRAM));
    int end = program.length;
    for (int component = 0; component < 2; component++) {
      end--;
      while (end > 0 && program[end] != '/') {
        end--;
      }
    }
    return Arrays.copyOf(program, end + 1);
  }

  private boolean isVms(int fd, byte[] home, List<FileStatus> jars) {
    String name = DESCRIPTORS.concat(Integer.toString(fd));
    NativeBuffer link = NativeBuffer.string(name);
    int length = libc.readlink(link, path);
    if (length == -Errno.ENAMETOOLONG) {
      return false;
    }
    byte[] target = path.get(0, check(length, "read", name));
    return startsWith(target, home) || isAnyOf(jars, link);
  }

  private static boolean startsWith(byte[] path, byte[] directory) {
    return path.length >= directory.length
        && Arrays.equals(path, 0, directory.length, directory, 0, directory.length);
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
