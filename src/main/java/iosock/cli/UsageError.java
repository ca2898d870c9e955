package iosock.cli;

/** The command line makes no sense; the message says why, in the bytes that the user gave. */
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

  /** What it is about; empty if there is nothing to quote. */
  public byte[] subject() {
    return subject.clone();
  }
}
