package support;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The forms in which iosock is built, and how each is started. */
public enum Build {
  /** The image. */
  IMAGE(List.of(Path.of(System.getProperty("iosock.image"), "bin/iosock").toString())) {
    /** It has all those options built in that a test gives to the jar. */
    @Override
    public List<String> commandLine(List<String> options) {
      return super.commandLine(List.of());
    }
  },

  /** The image, without its launcher. */
  VM(List.of(Path.of(System.getProperty("iosock.image"), "bin/java").toString()), "-m", "iosock"),

  /** The jar, as README has it. */
  JAR(
      List.of(
          Path.of(System.getProperty("java.home"), "bin/java").toString(),
          "--enable-native-access=ALL-UNNAMED"),
      "-jar",
      System.getProperty("iosock.jar"));

  /** The form that tests run unless they ask for another one; {@code -Pjar} makes it the jar. */
  public static final Build DEFAULT = valueOf(System.getProperty("iosock.build", IMAGE.name()));

  private final List<String> beforeOptions;
  private final List<String> afterOptions;

  Build(List<String> beforeOptions, String... afterOptions) {
    this.beforeOptions = beforeOptions;
    this.afterOptions = List.of(afterOptions);
  }

  /**
   * The command line before iosock's own arguments.
   *
   * @param options of the VM; the launcher takes none
   */
  public List<String> commandLine(List<String> options) {
    List<String> line = new ArrayList<>(beforeOptions);
    line.addAll(options);
    line.addAll(afterOptions);
    return line;
  }

  /**
   * Puts a program {@code ./iosock} into a directory. Another process writes it: what this process
   * has open for writing is open in each that it is just starting, and execve(2) fails with
   * ETXTBSY.
   */
  String script(Path directory) throws IOException {
    StringBuilder text = new StringBuilder("#!/bin/sh\nexec");
    for (String word : commandLine(List.of())) {
      text.append(" '").append(word).append('\'');
    }
    text.append(" \"$@\"\n");
    try {
      Run run =
          Run.withInput(directory, text.toString(), "install", "-m755", "/dev/stdin", "iosock");
      assertEquals(new Run(0, ""), run);
    } catch (InterruptedException e) {
      throw (IOException) new InterruptedIOException().initCause(e);
    }
    return "./iosock";
  }
}
