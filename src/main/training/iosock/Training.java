package iosock;

import java.util.Arrays;

/**
 * Runs iosock while the build makes the image, and loads every class of it before, so that all
 * modes find theirs in the class-data archive. Else the VM reads them through Java's file system,
 * which it cannot load where the image's path is not text in the locale's charset.
 */
final class Training {

  /** Between the classes and the arguments of iosock. */
  private static final String END = "--";

  private Training() {}

  /**
   * @param arguments the names of classes, {@code --}, and what iosock is to run
   */
  public static void main(String[] arguments) throws ClassNotFoundException {
    int end = Arrays.asList(arguments).indexOf(END);
    for (int i = 0; i < end; i++) {
      Class.forName(arguments[i], false, Training.class.getClassLoader());
    }
    Main.main(Arrays.copyOfRange(arguments, end + 1, arguments.length));
  }
}
