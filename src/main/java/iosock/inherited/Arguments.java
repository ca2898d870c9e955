package iosock.inherited;

import iosock.posix.Errno;
import iosock.posix.Failure;
import iosock.posix.Libc;
import iosock.posix.ProcFile;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The command line of this process as bytes. The VM decodes the arguments of {@code main} with the
 * locale's charset, and loses the bytes that are not text in it.
 */
public final class Arguments {

  private static final String COMMAND_LINE = "/proc/self/cmdline";

  private final List<byte[]> all;
  private final int own;

  private Arguments(List<byte[]> all, int own) {
    this.all = all;
    this.own = own;
  }

  /**
   * @param count how many arguments {@code main} has: they are the last ones
   * @throws Failure if they cannot be read
   */
  public static Arguments read(Libc libc, int count) {
    List<byte[]> all = split(ProcFile.read(libc, COMMAND_LINE));
    if (all.size() <= count) {
      throw new Failure("find the arguments in", COMMAND_LINE, Errno.ENODATA);
    }
    return new Arguments(all, all.size() - count);
  }

  static List<byte[]> split(byte[] commandLine) {
    List<byte[]> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < commandLine.length; i++) {
      if (commandLine[i] == 0) {
        parts.add(Arrays.copyOfRange(commandLine, start, i));
        start = i + 1;
      }
    }
    return parts;
  }

  /** The arguments of {@code main}. */
  public List<byte[]> own() {
    return all.subList(own, all.size());
  }

  /** The VM's part: its program, its options, and last the jar, module or class. */
  List<byte[]> vmArguments() {
    return all.subList(0, own);
  }
}
