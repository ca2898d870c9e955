package iosock.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Makes the completions for bash and for zsh during the build: puts the table of options into the
 * functions that stand beside this. The program itself does not contain it.
 */
final class Completions {

  private static final String PLACE = "@OPTIONS@\n";

  private Completions() {}

  /**
   * @param arguments the directory of the functions, and the one where shells look for all that
   *     belongs to a program: {@code share}
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
    Files.writeString(completion, Files.readString(function).replace(PLACE, options));
  }
}
