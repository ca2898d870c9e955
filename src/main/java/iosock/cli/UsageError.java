package iosock.cli;

/** The command line is not valid; the message says why. */
public final class UsageError extends Exception {

  private static final long serialVersionUID = 1;

  private final byte[] subject;

  UsageError(String complaint, byte[] subject) {
    super(complaint, null, false, false);
    this.subject = subject.clone();
  }

  UsageError(String complaint) {
    this(complaint, new byte[0]);
  }

  /** The argument to quote after the message, byte for byte; empty if there is none. */
  public byte[] subject() {
    return subject.clone();
  }
}
