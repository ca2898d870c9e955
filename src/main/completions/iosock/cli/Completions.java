package iosock.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Generates the completions for bash and zsh during the build, by inserting the table of options
 * into {@code iosock.bash} and {@code iosock.zsh}. It is not part of the program.
 */
final class Completions {

  /** The line of those files that the table replaces. */
  private static final String PLACEHOLDER = "@OPTIONS@\n";

  private Completions() {}

  /**
   * @param arguments the directory of {@code iosock.bash} and {@code iosock.zsh}, and the image's
   *     {@code share} directory
   */
  public static void main(String[] arguments) throws IOException {
    Path functions = Path.of(arguments[0]);
    Path share = Path.of(arguments[1]);
    write(
        functions.resolve("iosock.bash"),
        new BashCompletion().variables(),
        share.resolve("bash-completion/completions/iosock"));
    write(
        functions.resolve("iosock.zsh"),
        new ZshCompletion().specifications(),
        share.resolve("zsh/site-functions/_iosock"));
  }

  private static void write(Path function, String options, Path completion) throws IOException {
    Files.createDirectories(completion.getParent());
    Files.writeString(completion, Files.readString(function).replace(PLACEHOLDER, options));
  }
}
