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
 * The real jar, run as a user does, in a directory of its own where the socket is {@code s.sock}
 * and the console two files. Closing it kills what still runs.
 */
public final class Iosock implements AutoCloseable {

  private static final String JAR = System.getProperty("iosock.jar");
  private static final String JAVA =
      Path.of(System.getProperty("java.home"), "bin", "java").toString();

  /** Whoever started the tests may have ignored some: a shell does, in the background. */
  public static final List<String> DEFAULT_SIGNALS = List.of("env", "--default-signal");

  private static final Duration PATIENCE = Duration.ofSeconds(30);

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
    private final List<String> virtualMachine = new ArrayList<>();
    private final ProcessBuilder process;

    private Builder(Path directory) {
      this.directory = directory;
      process =
          new ProcessBuilder()
              .directory(directory.toFile())
              .redirectInput(new File("/dev/null"))
              .redirectOutput(directory.resolve("stdout").toFile())
              .redirectError(directory.resolve("stderr").toFile());
    }

    /** A command that sets something up and then executes what follows. */
    public Builder under(String... command) {
      before.addAll(List.of(command));
      return this;
    }

    /** Options of the VM. */
    public Builder withJava(String... options) {
      virtualMachine.addAll(List.of(options));
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
      all.addAll(commandLine(virtualMachine));
      all.addAll(List.of(arguments));
      return new Iosock(directory, process.command(all).start());
    }
  }

  public static Builder in(Path directory) {
    return new Builder(directory);
  }

  /** What a user types before iosock's own arguments. */
  public static List<String> commandLine(List<String> options) {
    List<String> line = new ArrayList<>(List.of(JAVA, "--enable-native-access=ALL-UNNAMED"));
    line.addAll(options);
    line.addAll(List.of("-jar", JAR));
    return line;
  }

  /** Starts with the defaults and waits until the command runs. */
  public static Iosock running(Path directory, String... command) throws IOException {
    return in(directory).start(command).awaitCommand();
  }

  /**
   * Puts a program {@code ./iosock} into a directory, for commands that a shell runs.
   *
   * @return what to put into the shell's place of iosock
   */
  public static String script(Path directory) throws IOException {
    Path script = directory.resolve("iosock");
    StringBuilder line = new StringBuilder("#!/bin/sh\nexec");
    for (String word : commandLine(List.of())) {
      line.append(" '").append(word).append('\'');
    }
    Files.writeString(script, line.append(" \"$@\"\n"));
    script.toFile().setExecutable(true);
    return "./iosock";
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
    await().atMost(PATIENCE).until(() -> !process.isAlive() || isListening());
    return this;
  }

  /** It, or what it was started under has it as a descendant. */
  private boolean isListening() {
    return Stream.concat(Stream.of(process.toHandle()), process.descendants())
        .anyMatch(any -> Proc.isListening(any.pid()));
  }

  /** Waits until the command is a child that has become itself, or has been and gone. */
  public Iosock awaitCommand() {
    await().atMost(PATIENCE).until(() -> !process.isAlive() || commandPid() != 0);
    return this;
  }

  /**
   * @return 0 if the command does not run, or has not become itself yet
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
   * @return the code that iosock exits with
   */
  public int exitCode() throws InterruptedException {
    if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
      throw new AssertionError("iosock is still running");
    }
    return process.exitValue();
  }

  /** What was written to the console so far. */
  public String output() throws IOException {
    return Files.readString(directory.resolve("stdout"), StandardCharsets.ISO_8859_1);
  }

  public String errors() throws IOException {
    return Files.readString(directory.resolve("stderr"), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() {
    List<ProcessHandle> all = new ArrayList<>(process.descendants().toList());
    all.add(process.toHandle());
    all.forEach(ProcessHandle::destroyForcibly);
    await().atMost(PATIENCE).until(() -> all.stream().allMatch(any -> Proc.isGone(any.pid())));
  }
}
