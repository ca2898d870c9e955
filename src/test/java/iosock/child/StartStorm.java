package iosock.child;

import iosock.inherited.OpenFileLimit;
import iosock.inherited.SignalState;
import iosock.posix.Ascii;
import iosock.posix.Libc;
import iosock.posix.NativeBuffer;
import iosock.tty.OwnTerminal;
import iosock.tty.PseudoTerminal;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodHandles;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.function.IntSupplier;

/**
 * Starts a command again and again while two threads force collections and a third defines and
 * compiles classes. It is a program of its own, since a VM with a large heap would spend its time
 * collecting. Each command writes its number as a line of a file. Ends with status 1 at the first
 * wrong exit code, and where a descriptor is left open.
 *
 * <p>Its arguments: how many starts, the file, and {@code pipes} or {@code terminal}.
 */
final class StartStorm {

  /** Without a pause the starting thread would hardly run. */
  private static final long BETWEEN_COLLECTIONS_MILLIS = 10;

  private static final long BETWEEN_CLASSES_MILLIS = 5;

  private final Libc libc = new Libc();
  private final Launcher launcher =
      new Launcher(libc, new SignalState(0, 0), OpenFileLimit.current(libc));
  private final NativeBuffer status = new NativeBuffer(Integer.BYTES);
  private final boolean onTerminal;
  private long slowest;

  private StartStorm(boolean onTerminal) {
    this.onTerminal = onTerminal;
  }

  public static void main(String[] arguments) throws Exception {
    StartStorm storm = new StartStorm(arguments[2].equals("terminal"));
    inBackground(BETWEEN_COLLECTIONS_MILLIS, System::gc);
    inBackground(BETWEEN_COLLECTIONS_MILLIS, System::gc);
    byte[] compiled = classFile();
    inBackground(BETWEEN_CLASSES_MILLIS, () -> defineAndCompile(compiled));
    storm.start(Integer.parseInt(arguments[0]), arguments[1]);
  }

  private static void inBackground(long pauseMillis, Runnable action) {
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                for (; ; ) {
                  action.run();
                  Thread.sleep(pauseMillis);
                }
              } catch (Throwable broken) {
                broken.printStackTrace();
                Runtime.getRuntime().halt(1);
              }
            });
  }

  private static byte[] classFile() throws IOException {
    try (InputStream file = StartStorm.class.getResourceAsStream("Compiled.class")) {
      return file.readAllBytes();
    }
  }

  private static void defineAndCompile(byte[] classFile) {
    try {
      Class<?> defined = MethodHandles.lookup().defineHiddenClass(classFile, true).lookupClass();
      ((IntSupplier) defined.getDeclaredConstructor().newInstance()).getAsInt();
    } catch (ReflectiveOperationException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private void start(int count, String file) throws CommandNotRun {
    run(script(0, "/dev/null", 0));
    int before = openDescriptors();
    long began = System.nanoTime();
    for (int i = 0; i < count; i++) {
      int expected = i % 256;
      int code = run(script(i, file, expected));
      if (code != expected) {
        System.out.println("start " + i + " ended with " + code);
        System.exit(1);
      }
    }
    long millis = (System.nanoTime() - began) / 1_000_000;
    int after = openDescriptors();
    System.out.printf(
        "%d starts in %d ms, the slowest took %d ms; %d collections, %d classes, %d ms of"
            + " compiling; %d descriptors before and %d after%n",
        count,
        millis,
        slowest / 1_000_000,
        ManagementFactory.getGarbageCollectorMXBeans().stream()
            .mapToLong(collector -> collector.getCollectionCount())
            .sum(),
        ManagementFactory.getClassLoadingMXBean().getTotalLoadedClassCount(),
        ManagementFactory.getCompilationMXBean().getTotalCompilationTime(),
        before,
        after);
    System.exit(before == after ? 0 : 1);
  }

  private static int openDescriptors() {
    return new File("/proc/self/fd").list().length;
  }

  /** Only a controlling terminal can be opened as /dev/tty. */
  private String script(int i, String file, int expected) {
    String first = onTerminal ? ": </dev/tty || exit 99; " : "";
    return first + "echo " + i + " >>" + file + "; exit " + expected;
  }

  private int run(String script) throws CommandNotRun {
    List<byte[]> argv = List.of(Ascii.bytes("sh"), Ascii.bytes("-c"), Ascii.bytes(script));
    return onTerminal ? runOnTerminal(argv) : runOnPipes(argv);
  }

  private int runOnPipes(List<byte[]> argv) throws CommandNotRun {
    StdioPipes stdio = new StdioPipes(libc);
    int code = exitCode(argv, stdio);
    stdio.close();
    return code;
  }

  /** A hangup before its end would kill the command. */
  private int runOnTerminal(List<byte[]> argv) throws CommandNotRun {
    PseudoTerminal terminal = PseudoTerminal.open(libc, OwnTerminal.find(libc));
    int code = exitCode(argv, terminal);
    terminal.hangup();
    return code;
  }

  private int exitCode(List<byte[]> argv, Stdio stdio) throws CommandNotRun {
    long began = System.nanoTime();
    Child command = launcher.start(argv, stdio);
    slowest = Math.max(slowest, System.nanoTime() - began);
    libc.waitpid(command.pid(), status, 0);
    return ExitCode.of(status.getInt(0));
  }
}
