package iosock.posix;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every constant, size and offset in the Java classes is that of this machine's C headers. The C
 * program that prints them is generated from the Java fields, so none can be forgotten. For another
 * processor, {@code os.arch} names it, and the C compiler and an emulator are given.
 */
class HeadersTest {

  private static final List<String> COMPILER = command("headers.compiler", "cc");

  /** What runs a compiled program; nothing on the processor that it is compiled for. */
  private static final List<String> EMULATOR = command("headers.emulator", "");

  private static final String HEADERS =
      """
      #define _GNU_SOURCE
      #include <errno.h>
      #include <fcntl.h>
      #include <linux/sockios.h>
      #include <poll.h>
      #include <sched.h>
      #include <signal.h>
      #include <stddef.h>
      #include <stdio.h>
      #include <sys/file.h>
      #include <sys/ioctl.h>
      #include <sys/mman.h>
      #include <sys/prctl.h>
      #include <sys/resource.h>
      #include <sys/socket.h>
      #include <sys/stat.h>
      #include <sys/syscall.h>
      #include <sys/un.h>
      #include <sys/uio.h>
      #include <sys/wait.h>
      #include <termios.h>
      """;

  /** The Java classes of C types. */
  private static final Map<Class<?>, String> TYPES =
      Map.ofEntries(
          Map.entry(PollSet.class, "struct pollfd"),
          Map.entry(Sigaction.class, "struct sigaction"),
          Map.entry(SignalSet.class, "sigset_t"),
          Map.entry(SocketAddress.class, "struct sockaddr_un"),
          Map.entry(FileStatus.class, "struct statx"),
          Map.entry(Stat.class, "struct stat"),
          Map.entry(Credentials.class, "struct ucred"),
          Map.entry(ResourceLimit.class, "struct rlimit"),
          Map.entry(Termios.class, "struct termios"),
          Map.entry(WindowSize.class, "struct winsize"),
          Map.entry(IoVector.class, "struct iovec"),
          Map.entry(PassedDescriptor.class, "struct cmsghdr"),
          Map.entry(Message.class, "struct msghdr"));

  /** Classes of constants only. */
  private static final List<Class<?>> CONSTANTS =
      List.of(
          Errno.class,
          Fcntl.class,
          Signals.class,
          Sockets.class,
          SystemCalls.class,
          Mman.class,
          Prctl.class,
          Sched.class,
          WaitStatus.class,
          Ioctl.class);

  @Test
  void constantsSizesAndOffsetsAreThoseOfTheHeaders(@TempDir Path directory) throws Exception {
    Map<String, Long> java = new TreeMap<>();
    for (Class<?> constants : CONSTANTS) {
      collect(constants, "", java);
    }
    for (Map.Entry<Class<?>, String> type : TYPES.entrySet()) {
      collect(type.getKey(), type.getValue(), java);
    }
    StringBuilder program = new StringBuilder(HEADERS).append("int main(void) {\n");
    for (String expression : java.keySet()) {
      program.append("  printf(\"%ld\\n\", (long)(").append(expression).append("));\n");
    }
    program.append("}\n");
    List<String> c = output(directory, program.toString());
    int line = 0;
    for (Map.Entry<String, Long> entry : java.entrySet()) {
      assertEquals(Long.parseLong(c.get(line++)), entry.getValue(), entry.getKey());
    }
    assertEquals(c.size(), line);
  }

  private static void collect(Class<?> javaClass, String type, Map<String, Long> into)
      throws IllegalAccessException {
    for (Field field : javaClass.getDeclaredFields()) {
      String name = field.getName();
      boolean isNumber = field.getType() == int.class || field.getType() == long.class;
      if (Modifier.isStatic(field.getModifiers()) && isNumber && !NOT_IN_HEADERS.contains(name)) {
        field.setAccessible(true);
        into.put(expression(name, type), ((Number) field.get(null)).longValue());
      }
    }
  }

  /** Static numbers of those classes that are in no header. */
  private static final List<String> NOT_IN_HEADERS =
      List.of("NOBODY", "MAX_NAME", "LARGEST", "LENGTH", "SPACE", "MAX_COUNT", "SO_PASSRIGHTS");

  private static String expression(String name, String type) {
    if (name.equals("SIZEOF")) {
      return "sizeof(" + type + ")";
    }
    if (name.startsWith("OFFSETOF_")) {
      return "offsetof(" + type + ", " + name.substring("OFFSETOF_".length()) + ")";
    }
    return name;
  }

  private static List<String> output(Path directory, String program)
      throws IOException, InterruptedException {
    Path source = Files.writeString(directory.resolve("headers.c"), program);
    Path binary = directory.resolve("headers");
    run(with(COMPILER, "-o", binary.toString(), source.toString()));
    return run(with(EMULATOR, binary.toString()));
  }

  private static List<String> command(String property, String otherwise) {
    return Stream.of(System.getProperty(property, otherwise).split(" "))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  private static List<String> with(List<String> command, String... arguments) {
    return Stream.concat(command.stream(), Stream.of(arguments)).toList();
  }

  private static List<String> run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    assertEquals(0, process.waitFor(), output);
    return new ArrayList<>(output.lines().toList());
  }
}
