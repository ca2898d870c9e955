package iosock.posix;

/** Something that iosock tried and the system refused, and that ends it. */
public final class Failure extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final byte[] subject;
  private final int errno;

  /**
   * @param tried a verb, as in "cannot bind"
   * @param subject on what: a path or a name, in the bytes that the user gave
   * @param errno why
   */
  public Failure(String tried, byte[] subject, int errno) {
    super(tried, null, false, false);
    this.subject = subject.clone();
    this.errno = errno;
  }

  public Failure(String tried, String subject, int errno) {
    this(tried, Ascii.bytes(subject), errno);
  }

  /**
   * The one errno policy for what must not fail.
   *
   * @param result what a method of {@link Libc} returned
   * @return the same, if it is no error
   * @throws Failure if it is one
   */
  public static int check(int result, String tried, String subject) {
    if (result < 0) {
      throw new Failure(tried, subject, -result);
    }
    return result;
  }

  /** {@link #check(int, String, String)} on what the user named. */
  public static int check(int result, String tried, byte[] subject) {
    if (result < 0) {
      throw new Failure(tried, subject, -result);
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
