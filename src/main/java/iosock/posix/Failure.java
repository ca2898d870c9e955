package iosock.posix;

/** An operation that the system refused, and without which iosock cannot go on. */
public final class Failure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final byte[] subject;
  private final int errno;

  /**
   * @param operation a verb, as in "cannot bind"
   * @param subject its object: a path or a name, in the bytes that the user gave
   * @param errno its error
   */
  public Failure(String operation, byte[] subject, int errno) {
    super(operation, null, false, false);
    this.subject = subject.clone();
    this.errno = errno;
  }

  public Failure(String operation, String subject, int errno) {
    this(operation, Ascii.bytes(subject), errno);
  }

  /**
   * For operations without which iosock cannot go on.
   *
   * @param result what a method of {@link Libc} returned
   * @return {@code result}, if it is not negative
   * @throws Failure if it is a negative errno
   */
  public static int check(int result, String operation, String subject) {
    if (result < 0) {
      throw new Failure(operation, subject, -result);
    }
    return result;
  }

  /** {@link #check(int, String, String)} with a subject in the bytes that the user gave. */
  public static int check(int result, String operation, byte[] subject) {
    if (result < 0) {
      throw new Failure(operation, subject, -result);
    }
    return result;
  }

  public byte[] subject() {
    return subject.clone();
  }

  public int errno() {
    return errno;
  }
}
