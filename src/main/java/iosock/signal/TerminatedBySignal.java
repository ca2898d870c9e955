package iosock.signal;

/** A signal has arrived that ends the process. */
public final class TerminatedBySignal extends Exception {

  private static final long serialVersionUID = 1;

  private final int signal;

  TerminatedBySignal(int signal) {
    super(null, null, false, false);
    this.signal = signal;
  }

  public int signal() {
    return signal;
  }
}
