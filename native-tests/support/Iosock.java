package support;

import static org.awaitility.Awaitility.await;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A running iosock, in a directory of its own where the socket is {@code s.sock} and the console is
 * the files {@code stdout} and {@code stderr}. Closing it kills the process and its descendants.
 */
public final class Iosock implements AutoCloseable {

  /** Shells ignore some signals in background jobs; the tests may have been started in one. */
  public static final List<String> DEFAULT_SIGNALS = List.of("env", "--default-signal");

  private static final Duration TIMEOUT = Duration.ofSeconds(30);

  private final Path directory;
  private final Process process;

  private Iosock(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /** How iosock is to be started. */
  public static final class Builder {

    private final Path directory;
    private final List<String> before = new ArrayList<>();
    private final List<String> vmOptions = new ArrayList<>();
    private final ProcessBuilder process;
    private Build build = Build.DEFAULT;

    private Builder(Path directory) {
      this.directory = directory;
      process =
          new ProcessBuilder()
              .directory(directory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectOutput(directory.resolve("stdout").toFile())
              .redirectError(directory.resolve("stderr").toFile());
    }

    /** Another build of iosock than {@link Build#DEFAULT}. */
    public Builder as(Build build) {
      this.build = build;
      return this;
    }

    /** A command that executes its last arguments, which are those of iosock. */
    public Builder under(String... command) {
      before.addAll(List.of(command));
      return this;
    }

    /** Options of the jar's VM. */
    public Builder withJava(String... options) {
      vmOptions.addAll(List.of(options));
      return this;
    }

    public Builder input(Redirect redirect) {
      process.redirectInput(redirect);
      return this;
    }

    public Builder output(Redirect redirect) {
      process.redirectOutput(redirect);
      return this;
    }

    public Builder error(Redirect redirect) {
      process.redirectError(redirect);
      return this;
    }

    public Map<String, String> environment() {
      return process.environment();
    }

    /** With a socket {@code s.sock}. */
    public Iosock start(String... command) throws IOException {
      List<String> arguments = new ArrayList<>(List.of("./s.sock"));
      arguments.addAll(List.of(command));
      return startWith(arguments.toArray(String[]::new));
    }

    /** On a pseudo-terminal, with a socket {@code s.sock}. */
    public Iosock startOnTerminal(String... command) throws IOException {
      List<String> arguments = new ArrayList<>(List.of("-p", "./s.sock"));
      arguments.addAll(List.of(command));
      return startWith(arguments.toArray(String[]::new));
    }

    /** With exactly these arguments. */
    public Iosock startWith(String... arguments) throws IOException {
      List<String> all = new ArrayList<>(DEFAULT_SIGNALS);
      all.addAll(before);
      all.addAll(build.commandLine(vmOptions));
      all.addAll(List.of(arguments));
      return new Iosock(directory, Forks.start(process.command(all)));
    }
  }

  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  /**
   * The command line of {@link Build#DEFAULT} before iosock's own arguments.
   *
   * @param options of the VM of the jar
   */
  public static List<String> commandLine(List<String> options) {
    return Build.DEFAULT.commandLine(options);
  }

  /** Starts with the defaults and waits until the command runs. */
  public static Iosock running(Path directory, String... command) throws IOException {
    return in(directory).start(command).awaitCommand();
  }

  /**
   * Puts a program {@code ./iosock} into a directory, for command lines of a shell.
   *
   * @return how the shell calls it
   */
  public static String script(Path directory) throws IOException {
    return Build.DEFAULT.script(directory);
  }

  /** Where iosock runs. */
  public Path directory() {
    return directory;
  }

  public Path socket() {
    return directory.resolve("s.sock");
  }

  public long pid() {
    return process.pid();
  }

  public Process process() {
    return process;
  }

  /** Waits until the socket listens. */
  public Iosock awaitListening() {
    await().atMost(TIMEOUT).until(() -> !process.isAlive() || isListening());
    return this;
  }

  /** Of the process itself and its descendants, as it may be another one that executes iosock. */
  private boolean isListening() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .anyMatch(any -> Proc.isListening(any.pid()));
  }

  /** Waits until the command has been executed; it may have ended since. */
  public Iosock awaitCommand() {
    await().atMost(TIMEOUT).until(() -> !process.isAlive() || commandPid() != 0);
    return this;
  }

  /**
   * @return 0 if the command does not run, or has not been executed yet
   */
  public long commandPid() {
    for (long child : Proc.children(process.pid())) {
      // A forked child is still the VM until execvp.
      if (!Proc.program(child).equals(Proc.program(process.pid()))) {
        return child;
      }
    }
    return 0;
  }

  public Client connect() throws IOException {
    return Client.connect(socket());
  }

  public void signal(int number) throws IOException, InterruptedException {
    Proc.signal(process.pid(), number);
  }

  /**
   * Waits for the end of iosock.
   *
   * @return its exit code
   */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("iosock is still running");
    }
    return process.exitValue();
  }

  /** Everything written to stdout so far. */
  public String output() throws IOException {
    return Files.readString(directory.resolve("stdout"), StandardCharsets.ISO_8859_1);
  }

  /** Everything written to stderr so far. */
  public String errors() throws IOException {
    return Files.readString(directory.resolve("stderr"), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    Proc.killAll(Proc.tree(process.toHandle()));
  }
}
