package iosock.flow;

/**
 * The descriptors that are used as standard input, output and error. None of them is ever closed.
 */
public record StandardDescriptors(int input, int output, int error) {

  /** Those of this process: stdin(3). */
  public static final StandardDescriptors OWN = new StandardDescriptors(0, 1, 2);
}
